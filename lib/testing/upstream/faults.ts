import { FakeAnswer, respond } from '../fakes/fake-response.js';
import { encoded } from './encoded-answer.js';
import type { Exchange } from './exchange.js';

/** Something that goes wrong with one request: made by {@link faults}. */
export class Fault {
  constructor(
    readonly name: string,
    /** @internal */
    readonly play: (exchange: Exchange) => Promise<void>,
  ) {}
}

export interface RateLimitedOptions {
  /** What `Retry-After` says; default 1. */
  readonly retryAfterSeconds?: number;
  /** Says it as a date, by the upstream's clock. Default false. */
  readonly asDate?: boolean;
  /** Further headers, `x-ratelimit-remaining` for instance. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What can go wrong at an upstream, for `failNext()`, `failRandomly()`, and in the place of an answer. Those that need
 * an answer to play with take that of the route.
 */
export const faults = {
  /** The connection is reset before anything is answered; the route does not run. */
  reset: () =>
    new Fault('reset', async ({ reset }) => {
      reset();
      return Promise.resolve();
    }),
  /** The route runs, and the connection is reset before its answer is sent: nobody knows whether it happened. */
  loseAnswer: () =>
    new Fault('loseAnswer', async ({ answer, reset }) => {
      await answer();
      reset();
    }),
  /** The connection ends in the middle of the answer's body. */
  breakOff: () => new Fault('breakOff', async ({ answer, send }) => send(await answer(), { isBrokenOff: true })),
  /** Nothing is ever answered; the route does not run. */
  hang: () => new Fault('hang', () => Promise.resolve()),
  /** The answer comes so many milliseconds late. */
  delay: (ms: number) =>
    new Fault('delay', async ({ answer, send, wait }) => {
      const late = await answer();
      await wait(ms);
      await send(late);
    }),
  /** The head comes at once, the body over so many milliseconds. */
  slowBody: (ms: number) => new Fault('slowBody', async ({ answer, send }) => send(await answer(), { overMs: ms })),
  /** The answer is cut in the middle, and says that it is whole: JSON that cannot be parsed. */
  malformedJson: () => new Fault('malformedJson', async ({ answer, send }) => send(await cut(await answer()))),
  /** The same answer as to the request before, on the same route: a page that is listed twice, say. */
  repeat: () => new Fault('repeat', async ({ answer, previous, send }) => send(previous ?? (await answer()))),
  /** A status, 503 for instance; the route does not run. @throws IntegrationError `OPTIONS_INVALID` for one that is none */
  status: (
    status: number,
    answer: { readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown } = {},
  ) => {
    const failure = respond({ status, ...answer });
    return new Fault(`status ${String(status)}`, ({ send }) => send(failure));
  },
  /** 429 with `Retry-After`; the route does not run. */
  rateLimited: ({ retryAfterSeconds = 1, asDate = false, headers = {} }: RateLimitedOptions = {}) =>
    new Fault('rateLimited', ({ send, clock }) => {
      const until = new Date(clock.now().getTime() + retryAfterSeconds * 1_000);
      const retryAfter = asDate ? until.toUTCString() : String(retryAfterSeconds);
      const body = { message: 'Too many requests' };
      return send(respond({ status: 429, headers: { 'retry-after': retryAfter, ...headers }, body }));
    }),
  /** What a token endpoint answers when the user has revoked the grant (RFC 6749, section 5.2). */
  invalidGrant: () =>
    new Fault('invalidGrant', ({ send }) => send(respond({ status: 400, body: { error: 'invalid_grant' } }))),
} as const;

async function cut(answer: FakeAnswer): Promise<FakeAnswer> {
  const { status, body } = await encoded(answer);
  const half = body.length < 2 ? '{"' : body.toString().slice(0, body.length >> 1);
  return new FakeAnswer(status, { ...answer.headers, 'content-type': 'application/json' }, half);
}
