import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

/** A request as the routes see it. */
export interface ApiRequest {
  /** In upper case. */
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  /** Decoded; the last value of a repeated parameter. */
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** The parsed JSON, else the text as sent; undefined when the request had no body. */
  readonly body: unknown;
}

/** Reads a request to its end. */
export async function readRequest(message: IncomingMessage): Promise<ApiRequest> {
  const url = new URL(message.url ?? '/', 'http://localhost');
  return {
    method: message.method ?? 'GET',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: message.headers,
    body: parseBody(await text(message)),
  };
}

function parseBody(sent: string): unknown {
  if (sent === '') return undefined;
  try {
    return JSON.parse(sent);
  } catch {
    return sent;
  }
}
