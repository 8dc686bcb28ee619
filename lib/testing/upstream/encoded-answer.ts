import { FakeAnswer } from '../fakes/fake-response.js';

/** An answer as it goes over the wire. */
interface EncodedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What a route gave as an answer: values as JSON, nothing as 204. */
export function asAnswer(value: unknown): FakeAnswer {
  if (value instanceof FakeAnswer) return value;
  return value === undefined || value === null
    ? new FakeAnswer(204, {}, null)
    : new FakeAnswer(200, json, asJson(value));
}

const json = { 'content-type': 'application/json' };

/** Text and bytes as they are, all else as JSON. */
export async function encoded({ statusCode: status, headers, body }: FakeAnswer): Promise<EncodedAnswer> {
  if (body === null || body === undefined) return { status, headers, body: Buffer.alloc(0) };
  if (typeof body === 'string')
    return { status, headers: { 'content-type': 'text/plain', ...headers }, body: Buffer.from(body) };
  if (body instanceof Uint8Array) return { status, headers, body: Buffer.from(body) };
  return Promise.resolve({ status, headers: { ...json, ...headers }, body: Buffer.from(asJson(body)) });
}

/** A function, say, has no JSON. */
function asJson(value: unknown): string {
  const text: unknown = JSON.stringify(value);
  return typeof text === 'string' ? text : 'null';
}
