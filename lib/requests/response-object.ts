import { Readable } from 'node:stream';
import { property } from '../failures/cause-chain.js';
import { isHttpStatus } from '../failures/status-code.js';
import { discardBody } from '../http/request-body.js';

/**
 * The status of the response object of an SDK: fetch, axios, octokit, got, `node:http`. Null for anything else: a
 * `status` without headers is the host's own data.
 */
export function responseStatus(value: unknown): number | null {
  const headers = property(value, 'headers');
  if (typeof headers !== 'object' || headers === null) return null;
  const status = property(value, 'status') ?? property(value, 'statusCode');
  return isHttpStatus(status) ? status : null;
}

/**
 * What the log keeps of something that a callback returned: of a response object the body alone, because the rest
 * repeats the request, credentials included. Undefined where that is a stream.
 */
export function bodyOfResponse(returned: unknown): unknown {
  if (responseStatus(returned) === null || typeof returned !== 'object' || returned === null) return returned;
  const body = 'data' in returned ? property(returned, 'data') : property(returned, 'body');
  return isStream(body) ? undefined : body;
}

/** Frees the connection of a response that nobody will read: an unread body holds on to it. */
export function releaseResponse(returned: unknown): void {
  if (responseStatus(returned) === null) return;
  for (const holder of [returned, property(returned, 'body'), property(returned, 'data')]) {
    discardBody(holder);
    // One that is being read is locked, and ends by itself.
    if (holder instanceof ReadableStream) holder.cancel().catch(() => undefined);
  }
}

function isStream(value: unknown): boolean {
  return value instanceof Readable || value instanceof ReadableStream;
}
