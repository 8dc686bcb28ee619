import type { ServerResponse } from 'node:http';
import type { Answer } from './answer.js';

/** Sends an answer and ends the response. */
export function writeAnswer(response: ServerResponse, { status, headers = {}, body }: Answer): void {
  response.statusCode = status;
  response.setHeaders(new Map(Object.entries(headers)));
  response.end(isContent(body) ? body : JSON.stringify(body));
}

function isContent(body: unknown): body is string | Buffer | undefined {
  return body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
}
