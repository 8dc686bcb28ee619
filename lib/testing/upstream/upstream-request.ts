import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { createRedactor } from '../../redaction/redactor.js';
import type { FakeResponse } from '../fakes/fake-response.js';

const redactor = createRedactor();

/** A request that an upstream got. Printed, it shows no secrets; its fields are what was sent. */
export class UpstreamRequest {
  constructor(
    readonly method: string,
    /** Without the query. */
    readonly path: string,
    readonly query: Readonly<Record<string, string>>,
    /** Names in lower case. */
    readonly headers: Readonly<Record<string, string>>,
    /** As text. */
    readonly body: string,
    /** By the upstream's clock. */
    readonly receivedAt: Date,
  ) {}

  /** The body, parsed. @throws SyntaxError Where it is no JSON */
  json(): unknown {
    return JSON.parse(this.body);
  }

  /** The fields of a form. */
  form(): Readonly<Record<string, string>> {
    return Object.fromEntries(new URLSearchParams(this.body));
  }

  /** @internal */
  [inspect.custom](): string {
    const query = new URLSearchParams(this.query).toString();
    return `${this.method} ${redactor.url(query === '' ? this.path : `${this.path}?${query}`)}`;
  }
}

/** What an upstream answers: as a `FakeResponse`, but that functions get what came over the network. */
export type UpstreamAnswer =
  ((request: UpstreamRequest) => unknown) | Exclude<FakeResponse, (...args: never[]) => unknown>;

/** Reads a request to its end. Rejects where the sender breaks off. */
export async function readRequest(message: IncomingMessage, receivedAt: Date): Promise<UpstreamRequest> {
  const bytes = await buffer(message);
  const { pathname, searchParams } = new URL(message.url ?? '/', 'http://upstream');
  const headers = Object.entries(message.headers).map(([name, value]): [string, string] => [name, String(value ?? '')]);
  const query = Object.fromEntries(searchParams);
  return new UpstreamRequest(
    message.method ?? '',
    pathname,
    query,
    Object.fromEntries(headers),
    bytes.toString(),
    receivedAt,
  );
}
