import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { z } from 'zod';
import { createAnswerer } from './answer-request.js';
import { recordedToken } from './credentials.js';
import { FaultQueue } from './fault-queue.js';
import { faultScheduleSchema, type FaultSchedule } from './fault-schedule.js';
import { faultSchema, type Fault } from './fault.js';
import { handleRequest } from './handle-request.js';
import { createAuthorizationServer, type AuthorizationServer } from './oauth/authorization-server.js';
import { commonHeaders } from './recorded-headers.js';
import type { RecordedRequest } from './recorded-request.js';
import { loadRecordings } from './recordings.js';
import { recordedUsers } from './user.js';
import { createWebhooks, type Webhooks } from './webhooks.js';

/** How to start the API. */
export interface GitHubApiOptions {
  /**
   * The accepted token; several make several accounts: the first is `octokit-fixture-user-a`, the second
   * `octokit-fixture-user-b`. Default: the token of the recorded requests.
   */
  readonly token?: string | readonly [string, ...string[]];
  /** TCP port on 127.0.0.1. Default 0: any free one. */
  readonly port?: number;
  /** Faults that come back for as long as the server runs. Default: none. */
  readonly faults?: FaultSchedule;
  /** Requests per token and hour before 403. Default 5000, as on GitHub. Searches: 30 per minute, always. */
  readonly rateLimit?: number;
  /**
   * So many generated issues in `octokit-fixture-org/many-issues`, the last one updated now, the one before half a
   * minute earlier, and so on. Default 0: there is no such repository.
   */
  readonly manyIssues?: number;
}

/** A running local GitHub. */
export interface GitHubApi {
  /** Base address without trailing slash: `http://127.0.0.1:40123`. */
  readonly url: string;
  /** The accepted token, the first one of several: send it as `authorization: Bearer <token>`. */
  readonly token: string;
  /** Every request since the start, in order of arrival; admin calls are left out. */
  readonly requests: readonly RecordedRequest[];
  /** Tells applications of issues that are opened. */
  readonly webhooks: Webhooks;
  /** Lets users authorize apps. */
  readonly authorizationServer: AuthorizationServer;
  /** Enqueues one fault for each of the next requests; they come before scheduled faults. */
  failNext(faults: readonly Fault[]): void;
  /** Stops listening and cuts open connections; resolves when both are done. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts a real HTTP server that behaves like GitHub's REST API for issues, from the recorded answers of
 * `@octokit/fixtures`. Resolves once it listens; rejects when the port is taken.
 */
export async function startGitHubApi(options: GitHubApiOptions = {}): Promise<GitHubApi> {
  const { token = recordedToken, port = 0, rateLimit = 5000, manyIssues = 0 } = options;
  const tokens = typeof token === 'string' ? ([token] as const) : token;
  const faults = new FaultQueue(options.faults && faultScheduleSchema.parse(options.faults));
  const requests: RecordedRequest[] = [];
  const server = createServer();
  const url = await listen(server, port);
  // The recordings are read once the address is known, because their links lead to it.
  const recordings = loadRecordings(url);
  const { webhooks, tellOfIssue } = createWebhooks();
  const authorization = createAuthorizationServer(recordedUsers(recordings));
  const { authorizationServer } = authorization;
  const answer = createAnswerer(recordings, url, { tokens, rateLimit, manyIssues, tellOfIssue, authorization });
  const parts = { headers: commonHeaders(recordings), faults, requests, answer };
  server.on('request', (message, response) => {
    handleRequest(message, response, parts).catch((error: unknown) => {
      // A client that leaves before its request is complete is no failure of the server; anything else must show.
      if (!message.readableAborted) throw error;
    });
  });
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= stop(server));
  const failNext = (next: readonly Fault[]): void => {
    faults.enqueue(z.array(faultSchema).parse(next));
  };
  return { url, token: tokens[0], requests, webhooks, authorizationServer, failNext, close };
}

async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no TCP address');
  return `http://127.0.0.1:${String(address.port)}`;
}

async function stop(server: Server): Promise<void> {
  const done = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await done;
}
