import { createHash } from 'node:crypto';
import type { Answer } from './answer.js';
import type { ApiRequest } from './api-request.js';

/**
 * Adds an `etag` (and GitHub's `cache-control`) to a successful GET, or turns it into 304 when `if-none-match` shows
 * the client has this version.
 */
export function withEtag(request: ApiRequest, answer: Answer): Answer {
  if (request.method !== 'GET' || answer.status !== 200) return answer;
  const etag = `W/"${createHash('sha256').update(contents(answer.body)).digest('hex')}"`;
  if (request.headers['if-none-match']?.includes(etag)) return { status: 304, headers: { etag } };
  return { ...answer, headers: { 'cache-control': 'private, max-age=60, s-maxage=60', ...answer.headers, etag } };
}

function contents(body: unknown): string | Buffer {
  return typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
}
