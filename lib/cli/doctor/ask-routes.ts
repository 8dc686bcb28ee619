import { createServer } from 'node:http';
import { once } from 'node:events';
import { errorMessage } from '../../error-message.js';
import { isJsonObject } from '../../plain-object.js';
import { problem, warning, type Finding } from './finding.js';
import type { InstanceWorld } from './world.js';

/** How the application answered. */
export interface RouteAnswer {
  readonly status: number;
  /** Of the problem document; null: it was none of ours. */
  readonly code: string | null;
}

export interface RouteRequest {
  readonly method: 'GET' | 'POST';
  /** Below the instance's base path. */
  readonly path: string;
  readonly body?: string;
}

const patienceMs = 10_000;

/**
 * What an application's answer says: it is asked where `--url` says, else the one of the configuration is, on a port of
 * its own.
 *
 * @param purpose What is not known where there is nobody to ask: "whether …".
 */
export async function askRoutes(
  { app, url, integrations }: InstanceWorld,
  request: RouteRequest,
  { purpose, judge }: { readonly purpose: string; readonly judge: (answer: RouteAnswer) => Finding },
): Promise<Finding> {
  const { basePath } = integrations;
  if (url !== null) return outcomeOf(`${url.replace(/\/+$/u, '')}${basePath}`, request, judge);
  if (app === null) {
    return warning(`It was not tried ${purpose}.`, 'Give the configuration `app`, or pass --url https://….');
  }
  const server = createServer(app).listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The server has no port.');
    return await outcomeOf(`http://127.0.0.1:${String(address.port)}${basePath}`, request, judge);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function outcomeOf(
  base: string,
  request: RouteRequest,
  judge: (answer: RouteAnswer) => Finding,
): Promise<Finding> {
  try {
    return judge(await send(base, request));
  } catch (error) {
    return problem(`The application did not answer: ${reasonOf(error)}.`, 'See that it runs, where --url says.');
  }
}

/** Of a 500 or more that says nothing better. */
export function brokenFinding({ status, code }: RouteAnswer): Finding {
  const named = code === null ? '' : `: ${code}`;
  return problem(`The application answered with ${String(status)}${named}.`, 'Its log says why.');
}

/** Of `fetch`, whose own message says no more than that it failed. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError')
    return `nothing came for ${String(patienceMs / 1_000)} s`;
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : errorMessage(cause ?? error);
}

async function send(base: string, { method, path, body }: RouteRequest): Promise<RouteAnswer> {
  const response = await fetch(`${base}${path}`, {
    method,
    redirect: 'manual',
    headers: { accept: 'application/problem+json', 'content-type': 'application/json' },
    signal: AbortSignal.timeout(patienceMs),
    ...(body !== undefined && { body }),
  });
  const answer: unknown = await response.json().catch(() => null);
  const code = isJsonObject(answer) && typeof answer.code === 'string' ? answer.code : null;
  return { status: response.status, code };
}
