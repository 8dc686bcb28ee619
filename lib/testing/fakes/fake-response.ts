import { IntegrationError } from '../../errors.js';
import type { FakedRequest } from './faked-request.js';

/** Makes the answer to a request, anew for each attempt; may be asynchronous. */
export type FakeFunction = (request: FakedRequest) => unknown;

/**
 * What a fake answers: a value (the parsed body of a URL call, what a callback returns), an Error to throw, a function
 * that makes one of these, {@link respond}, {@link sequence}, {@link passThrough}, or what `recordings()` gave. Arrays are
 * values.
 */
export type FakeResponse = FakeFunction | object | string | number | boolean | null | undefined;

/** Pattern to response. */
export type FakeResponses = Readonly<Record<string, FakeResponse>>;

/** An HTTP answer, as far as it matters. */
export interface FakeAnswerFields {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Encoded as the data of a call would be: text and bytes as they are, all else as JSON. Default: no body. */
  readonly body?: unknown;
}

/** Made by {@link respond}. */
export class FakeAnswer {
  constructor(
    readonly statusCode: number,
    /** Names in lower case. */
    readonly headers: Readonly<Record<string, string>>,
    readonly body: unknown,
  ) {}
}

/** Made by {@link sequence}. */
export class FakeSequence {
  constructor(readonly responses: readonly FakeResponse[]) {}
}

/** Made by {@link passThrough}. */
export class FakePassThrough {
  readonly isPassThrough = true;
}

/**
 * An HTTP answer for a URL call. Its status, its headers and the text of its body are read as if they came over the
 * network, so that a 503 is retried and a body that is no JSON raises `RESPONSE_NOT_JSON`. A callback gets the body,
 * or, for a status outside 200 to 299, an `HttpResponseError`.
 *
 * @throws IntegrationError `OPTIONS_INVALID` for a status that is none
 */
export function respond({ status = 200, headers = {}, body = null }: FakeAnswerFields): FakeAnswer {
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new IntegrationError('OPTIONS_INVALID', `respond() takes a status from 200 to 599, got ${String(status)}.`);
  }
  const lowerCase = Object.entries(headers).map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  return new FakeAnswer(status, Object.fromEntries(lowerCase), body);
}

/** Answers one attempt after the other with these responses, then with null. Each `fake()` begins it anew. */
export function sequence(...responses: readonly FakeResponse[]): FakeSequence {
  return new FakeSequence(responses);
}

/**
 * Lets the attempt out to the other API; the fake's `recordings()` keep the answer, without secrets. For one pattern,
 * as a member of a sequence, as what a function gives, or for all that no pattern matches: `{ unmatched: passThrough()
 * }`.
 */
export function passThrough(): FakePassThrough {
  return new FakePassThrough();
}
