import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HttpResponseError } from '../../../lib/errors.js';
import { classifyFailure, isRetryable, responseMetadata, retryDelayMs } from '../../../providers/github/rate-limit.js';

const now = Date.UTC(2026, 0, 1);
const inSeconds = (seconds: number) => String(now / 1000 + seconds);

const secondary = { message: 'You have exceeded a secondary rate limit. Please wait a few minutes.' };
const forbidden = { message: 'Resource not accessible by personal access token' };

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

/** The same answer as the errors of different clients. */
const clients: Record<string, (answer: Answer) => unknown> = {
  'our own client': ({ status, headers = {}, body = null }) =>
    new HttpResponseError(`GET https://api.github.com/repos/acme/x answered ${String(status)}`, {
      statusCode: status,
      headers,
      body,
    }),
  octokit: ({ status, headers = {}, body }) =>
    Object.assign(new Error('octokit'), { name: 'HttpError', status, response: { status, headers, data: body } }),
  'fetch, wrapped': ({ status, headers = {}, body }) =>
    new Error('Sync failed', {
      cause: Object.assign(new Error('HTTPError'), { response: { status, headers: new Headers(headers), data: body } }),
    }),
};

beforeEach(() => {
  vi.useFakeTimers({ now, toFake: ['Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe.each(Object.entries(clients))('an error of %s', (_name, errorFor) => {
  it.each<[string, Answer, boolean | null, string | null, number | null]>([
    [
      '403, remaining 0',
      { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inSeconds(90) } },
      true,
      'throttle',
      90_000,
    ],
    ['403, retry-after', { status: 403, headers: { 'retry-after': '7' } }, true, 'throttle', 7_000],
    ['403, secondary limit by its words', { status: 403, body: secondary }, true, 'throttle', 60_000],
    [
      '403, abuse by its words',
      { status: 403, body: { message: 'You have triggered an abuse detection mechanism.' } },
      true,
      'throttle',
      60_000,
    ],
    ['429', { status: 429 }, null, 'throttle', 60_000],
    [
      '403, a refusal',
      { status: 403, headers: { 'x-ratelimit-remaining': '4999' }, body: forbidden },
      false,
      'client',
      null,
    ],
    ['401', { status: 401, body: { message: 'Bad credentials' } }, null, 'auth', null],
    ['404', { status: 404, body: { message: 'Not Found' } }, null, null, null],
    ['422', { status: 422, body: { message: 'Validation Failed' } }, null, null, null],
    ['503', { status: 503 }, null, null, null],
  ])('%s', (_case, answer, retryable, failureClass, delay) => {
    const error = errorFor(answer);
    expect(isRetryable(error)).toBe(retryable);
    expect(classifyFailure(error)).toBe(failureClass);
    expect(retryDelayMs(error, 1)).toBe(delay);
  });

  it('waits by retry-after first, then by the reset, then a minute that doubles', () => {
    const both = { 'retry-after': '3', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inSeconds(90) };
    expect(retryDelayMs(errorFor({ status: 429, headers: both }), 1)).toBe(3_000);
    const reset = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inSeconds(90) };
    expect(retryDelayMs(errorFor({ status: 429, headers: reset }), 3)).toBe(90_000);
    const delays = [1, 2, 3].map((attempt) => retryDelayMs(errorFor({ status: 403, body: secondary }), attempt));
    expect(delays).toEqual([60_000, 120_000, 240_000]);
  });

  it('waits a second at least for a reset that is due', () => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inSeconds(-30) };
    expect(retryDelayMs(errorFor({ status: 403, headers }), 1)).toBe(1_000);
  });

  it('does not wait for the reset of a limit that is not exhausted: the secondary one struck', () => {
    const headers = { 'x-ratelimit-remaining': '4000', 'x-ratelimit-reset': inSeconds(3_000) };
    expect(retryDelayMs(errorFor({ status: 403, headers, body: secondary }), 1)).toBe(60_000);
  });

  it('takes headers that make no sense for absent', () => {
    const headers = { 'retry-after': 'soon', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'later' };
    expect(retryDelayMs(errorFor({ status: 403, headers }), 1)).toBe(60_000);
  });
});

describe('other errors', () => {
  it('are left to the package where no answer came', () => {
    for (const error of [
      new Error('rate limit'),
      Object.assign(new Error(), { code: 'ECONNRESET' }),
      'rate limit',
      null,
    ]) {
      expect([isRetryable(error), classifyFailure(error), retryDelayMs(error, 1)]).toEqual([null, null, null]);
    }
  });

  it('are no rate limit because of the name of a repository', () => {
    const error = new HttpResponseError('GET https://api.github.com/repos/acme/throttle answered 403 Forbidden', {
      statusCode: 403,
      headers: {},
      body: null,
    });
    expect([isRetryable(error), classifyFailure(error)]).toEqual([false, 'client']);
  });

  it('are told by the words of the SDK where it keeps the answer to itself', () => {
    const error = Object.assign(new Error('API rate limit exceeded for user ID 1.'), { status: 403 });
    expect([isRetryable(error), classifyFailure(error)]).toEqual([true, 'throttle']);
  });

  it('are told by a text that is no JSON', () => {
    const error = new HttpResponseError('403', { statusCode: 403, headers: {}, body: 'Throttled by the proxy' });
    expect(isRetryable(error)).toBe(true);
  });
});

describe('the metadata of an answer', () => {
  const headers = {
    'x-ratelimit-remaining': '4998',
    'x-ratelimit-reset': inSeconds(60),
    'x-ratelimit-resource': 'core',
  };

  it('are request id, what remains and until when', () => {
    expect(responseMetadata({ statusCode: 200, headers: { ...headers, 'x-github-request-id': 'A1:B2' } })).toEqual({
      providerRequestId: 'A1:B2',
      rateLimitRemaining: 4998,
      rateLimitResetAt: new Date(now + 60_000),
      retryAfterSeconds: null,
    });
  });

  it('tell how long to stay away', () => {
    expect(responseMetadata({ statusCode: 429, headers: { 'retry-after': '30' } }).retryAfterSeconds).toBe(30);
  });

  it('tell to stay away for a minute where a 429 says nothing: a secondary limit struck', () => {
    expect(responseMetadata({ statusCode: 429, headers }).retryAfterSeconds).toBe(60);
    const exhausted = { ...headers, 'x-ratelimit-remaining': '0' };
    expect(responseMetadata({ statusCode: 429, headers: exhausted })).toMatchObject({
      ...{ retryAfterSeconds: null, rateLimitRemaining: 0, rateLimitResetAt: new Date(now + 60_000) },
    });
  });

  it('leave out the budgets of search and GraphQL, which do not limit other calls', () => {
    const search = { ...headers, 'x-ratelimit-remaining': '0', 'x-ratelimit-resource': 'search' };
    const metadata = responseMetadata({ statusCode: 200, headers: search });
    expect(metadata).toEqual({ providerRequestId: null, retryAfterSeconds: null });
  });

  it('are nothing where an Enterprise Server limits nothing', () => {
    expect(responseMetadata({ statusCode: 200, headers: {} })).toEqual({
      providerRequestId: null,
      rateLimitRemaining: null,
      rateLimitResetAt: null,
      retryAfterSeconds: null,
    });
  });
});
