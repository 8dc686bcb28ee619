import { createServer } from 'node:http';
import { once } from 'node:events';
import { isPlainObject } from '../install/schema-walk.js';
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
 * Sends requests to the application: where `--url` says, else to the one of the configuration, on a port of its own.
 * Null: there is neither.
 */
export async function askRoutes<Result>(
  { app, url, integrations }: InstanceWorld,
  work: (ask: (request: RouteRequest) => Promise<RouteAnswer>) => Promise<Result>,
): Promise<Result | null> {
  const asking = (origin: string) => work((request) => send(`${origin}${integrations.basePath}`, request));
  if (url !== null) return asking(url.replace(/\/+$/u, ''));
  if (app === null) return null;
  const server = createServer(app).listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The server has no port.');
    return await asking(`http://127.0.0.1:${String(address.port)}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
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
  const code = isPlainObject(answer) && typeof answer.code === 'string' ? answer.code : null;
  return { status: response.status, code };
}
