import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  CircuitOpenError,
  HttpResponseError,
  IntegrationError,
  RateLimitExceededError,
  RetryableError,
} from '../../../lib/errors.js';
import type { FailureVerdict } from '../../../lib/failures/classify-failure.js';
import { createRetryPolicy, type RetryQuestion } from '../../../lib/requests/retry-policy.js';
import { sdkFailures } from '../failures/sdk-failures.js';

const now = Date.UTC(2026, 10, 21, 7, 28, 0);

const exact = { maxDelayMs: 60_000, jitter: 0.25, random: () => 0, now: () => now };

/** What the policy decides without randomness; by default after the first of five attempts. */
function decide(error: unknown, question: Partial<RetryQuestion> = {}, options: Partial<typeof exact> = {}) {
  return createRetryPolicy({ ...exact, ...options }).decide({ error, attempt: 1, maxAttempts: 5, ...question });
}

function answered(statusCode: number, headers: Record<string, string> = {}): HttpResponseError {
  return new HttpResponseError('failed', { statusCode, headers, body: null });
}

function coded(code: string): Error {
  return Object.assign(new Error('failed'), { code });
}

function wrapped(cause: unknown): Error {
  return new Error('sdk', { cause: new Error('client', { cause }) });
}

describe('what is retried', () => {
  const retryable: [string, unknown][] = [
    ...[429, 500, 502, 503, 504].map((status): [string, unknown] => [`the status ${status}`, answered(status)]),
    ['a connection failure', coded('ECONNRESET')],
    ['an attempt that timed out', new IntegrationError('ATTEMPT_TIMEOUT', 'too slow')],
    ['a RetryableError', new RetryableError('later')],
  ];

  it.each(retryable)('is %s', (_what, error) => {
    expect(decide(error)).not.toBeNull();
  });

  it.each(retryable)('is %s anywhere in the cause chain', (_what, error) => {
    expect(decide(wrapped(error))).not.toBeNull();
  });

  it.each([
    ...[400, 401, 403, 404, 409, 422, 501, 505].map((status): [string, unknown] => [
      `status ${status}`,
      answered(status),
    ]),
    ['an unknown error', new Error('failed')],
    ['a programming error', new TypeError('x is not a function')],
    ['the deadline of the call', new IntegrationError('DEADLINE_EXCEEDED', 'too late')],
    ['an abort by the caller', new IntegrationError('CALL_ABORTED', 'aborted')],
    ['a client error around a connection failure', Object.assign(answered(404), { cause: coded('ECONNRESET') })],
  ])('is not %s', (_what, error) => {
    expect(decide(error)).toBeNull();
  });

  it('is nothing after the last attempt', () => {
    expect(decide(answered(503), { attempt: 4, maxAttempts: 5 })).not.toBeNull();
    expect(decide(answered(503), { attempt: 5, maxAttempts: 5 })).toBeNull();
    expect(decide(new RetryableError('later'), { attempt: 5, maxAttempts: 5 })).toBeNull();
  });

  it("is fewer times where the RetryableError's maxAttempts says so: 2 of 5", () => {
    const error = new RetryableError('later', { maxAttempts: 2 });
    expect(decide(error, { attempt: 1 })).not.toBeNull();
    expect(decide(error, { attempt: 2 })).toBeNull();
  });

  it("is not more often than the call allows, whatever the RetryableError's maxAttempts", () => {
    expect(decide(new RetryableError('later', { maxAttempts: 9 }), { attempt: 2, maxAttempts: 2 })).toBeNull();
  });
});

describe('the verdict', () => {
  const verdict = (facts: Partial<FailureVerdict>): FailureVerdict => ({
    ...{ failureClass: 'unknown', statusCode: null, isOfProvider: false },
    ...facts,
  });
  const failure = new Error('failed');

  it.each<[Partial<FailureVerdict>, boolean]>([
    [{ failureClass: 'throttle' }, true],
    [{ failureClass: 'throttle', statusCode: 403 }, true],
    [{ failureClass: 'upstream' }, true],
    [{ failureClass: 'upstream', statusCode: 503 }, true],
    [{ failureClass: 'upstream', statusCode: 404, isOfProvider: true }, true],
    [{ failureClass: 'upstream', statusCode: 507 }, false],
    [{ failureClass: 'upstream', statusCode: 507, isOfProvider: true }, true],
    [{ failureClass: 'auth', statusCode: 503, isOfProvider: true }, false],
    [{ failureClass: 'client', statusCode: 503, isOfProvider: true }, false],
    [{ failureClass: 'cancelled' }, false],
    [{ failureClass: 'local' }, false],
    [{ failureClass: 'unknown' }, false],
  ])('%j is retried: %s', (facts, isRetried) => {
    expect(decide(failure, { verdict: verdict(facts) }) !== null).toBe(isRetried);
  });

  it('that was passed already is not passed again', () => {
    const classifyFailure = vi.fn(() => 'client' as const);
    const question = { provider: { classifyFailure }, verdict: verdict({ failureClass: 'upstream' }) };
    expect(decide(answered(404), question)).not.toBeNull();
    expect(classifyFailure).not.toHaveBeenCalled();
  });

  it('is passed here where nobody has yet, with the word of the provider', () => {
    expect(decide(answered(503), { provider: { classifyFailure: () => 'client' } })).toBeNull();
    expect(decide(answered(404), { provider: { classifyFailure: () => 'throttle' } })).toBe(30_000);
  });

  it('counts less than isRetryable, and than a RetryableError', () => {
    const client = verdict({ failureClass: 'client' });
    expect(decide(failure, { verdict: client, provider: { isRetryable: () => true } })).not.toBeNull();
    expect(decide(new RetryableError('later'), { verdict: client })).not.toBeNull();
    const upstream = verdict({ failureClass: 'upstream' });
    expect(decide(failure, { verdict: upstream, provider: { isRetryable: () => false } })).toBeNull();
  });
});

describe('a refusal of ours', () => {
  const facts = { integrationId: '1', retryAfterSeconds: 1 };
  const circuit = (cause?: unknown) => new CircuitOpenError({ ...facts, openedAt: null, cooldownSeconds: 1, cause });
  const limit = (cause?: unknown) => new RateLimitExceededError({ ...facts, cause });

  it.each([
    ['nothing', undefined],
    ['a 503', answered(503)],
    ['a reset', coded('ECONNRESET')],
    ['a RetryableError', new RetryableError('later')],
  ])('is not retried, whatever it has for a cause: %s', (_what, cause) => {
    for (const error of [circuit(cause), limit(cause)]) {
      expect(decide(error)).toBeNull();
      expect(decide(wrapped(error))).toBeNull();
      expect(decide(error, { provider: { isRetryable: () => true, classifyFailure: () => 'upstream' } })).toBeNull();
    }
  });

  it('is retried only where a callback says so, by a RetryableError around it', () => {
    expect(decide(new RetryableError('of another integration', { cause: circuit() }))).toBe(1_000);
  });
});

describe("the provider's opinion", () => {
  it('true: an unknown error is retried', () => {
    expect(decide(new Error('failed'), { provider: { isRetryable: () => true } })).toBe(1_000);
  });

  it('false: what is retried otherwise is not', () => {
    expect(decide(answered(503), { provider: { isRetryable: () => false } })).toBeNull();
  });

  it('null: the core decides', () => {
    const provider = { isRetryable: () => null };
    expect(decide(answered(503), { provider })).not.toBeNull();
    expect(decide(answered(404), { provider })).toBeNull();
  });

  it('counts less than a RetryableError', () => {
    expect(decide(new RetryableError('later'), { provider: { isRetryable: () => false } })).toBe(1_000);
  });

  it('is not there when the hook throws', () => {
    const isRetryable = (): never => {
      throw new Error('a bug of the provider');
    };
    expect(decide(answered(503), { provider: { isRetryable } })).toBe(2_000);
    expect(decide(answered(404), { provider: { isRetryable } })).toBeNull();
  });

  it.each<[string, () => unknown]>([
    ['text', () => 'yes'],
    ['a promise', async () => true],
  ])('is not there when it is %s', (_rubbish, hook) => {
    const provider = { isRetryable: hook as () => boolean };
    expect(decide(answered(404), { provider })).toBeNull();
    expect(decide(answered(503), { provider })).toBe(2_000);
  });
});

describe('the delay', () => {
  it.each([
    ['of a connection failure is the attempt x 1000 ms', coded('ECONNRESET'), [1_000, 2_000, 3_000]],
    ['of a 5xx is the attempt x 2000 ms', answered(503), [2_000, 4_000, 6_000]],
    ['of a RetryableError is the attempt x 1000 ms', new RetryableError('later'), [1_000, 2_000, 3_000]],
    ['of a 429 is 30 s', answered(429), [30_000, 30_000, 30_000]],
    [
      'of throttling by other means is 30 s',
      Object.assign(new Error('failed'), { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } }),
      [30_000, 30_000, 30_000],
    ],
  ])('%s', (_rule, error, expected) => {
    expect([1, 2, 3].map((attempt) => decide(error, { attempt }))).toEqual(expected);
  });

  it.each([429, 500, 503])('of a %i is what Retry-After says in seconds', (status) => {
    expect(decide(answered(status, { 'retry-after': '5' }))).toBe(5_000);
  });

  it('is the time until the date of Retry-After', () => {
    expect(decide(answered(429, { 'retry-after': new Date(now + 7_000).toUTCString() }))).toBe(7_000);
  });

  it('is 0 for a date in the past', () => {
    expect(decide(answered(429, { 'retry-after': new Date(now - 7_000).toUTCString() }))).toBe(0);
  });

  it('is found inside of wrapped errors', () => {
    expect(decide(wrapped(answered(429, { 'retry-after': '5' })))).toBe(5_000);
  });

  it('is what the callback reported, where the error has no header', () => {
    expect(decide(answered(429), { reported: { retryAfterSeconds: 3 } })).toBe(3_000);
    expect(decide(answered(429, { 'retry-after': '5' }), { reported: { retryAfterSeconds: 3 } })).toBe(5_000);
    expect(decide(answered(429), { reported: { retryAfterSeconds: null } })).toBe(30_000);
  });

  it.each([3, 0, 0.5])("is the RetryableError's retryAfterSeconds: %d s", (retryAfterSeconds) => {
    expect(decide(new RetryableError('later', { retryAfterSeconds }))).toBe(retryAfterSeconds * 1000);
  });

  it('is never longer than the longest', () => {
    const ten = { maxDelayMs: 10_000 };
    expect(decide(answered(429, { 'retry-after': '3600' }), {}, ten)).toBe(10_000);
    expect(decide(answered(429, { 'retry-after': new Date(now + 3_600_000).toUTCString() }), {}, ten)).toBe(10_000);
    expect(decide(new RetryableError('later', { retryAfterSeconds: 3600 }), {}, ten)).toBe(10_000);
    expect(decide(answered(429), {}, ten)).toBe(10_000);
    expect(decide(answered(503), { provider: { retryDelayMs: () => 3_600_000 } }, ten)).toBe(10_000);
    expect(decide(answered(503), { provider: { retryDelayMs: () => Number.POSITIVE_INFINITY } }, ten)).toBe(10_000);
  });

  it('is capped after the jitter was added', () => {
    expect(decide(answered(429, { 'retry-after': '9' }), {}, { maxDelayMs: 10_000, random: () => 0.99 })).toBe(10_000);
  });

  it('varies by the jitter: never shorter than asked for, never longer than the share and the cap', () => {
    const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fraction, fraction, fc.integer({ min: 0, max: 100 }), (random, jitter, seconds) => {
        const policy = createRetryPolicy({ maxDelayMs: 60_000, jitter, random: () => random });
        const error = answered(503, { 'retry-after': String(seconds) });
        const delay = policy.decide({ error, attempt: 1, maxAttempts: 2 }) ?? Number.NaN;
        expect(delay).toBeGreaterThanOrEqual(Math.min(seconds * 1000, 60_000));
        expect(delay).toBeLessThanOrEqual(Math.min(Math.ceil(seconds * 1000 * (1 + jitter)), 60_000));
      }),
    );
  });
});

describe('the delay of the failure of an SDK', () => {
  const throttled = Object.entries(sdkFailures).filter(([, { retryAfter }]) => retryAfter !== undefined);

  it.each(throttled)('%s, is what its answer asks for', (_sdk, { error, retryAfter = Number.NaN }) => {
    expect(decide(error)).toBe(retryAfter * 1000);
    expect(decide(wrapped(error))).toBe(retryAfter * 1000);
  });
});

describe("the provider's delay", () => {
  it('counts instead of the core rules, Retry-After included', () => {
    const provider = { retryDelayMs: () => 1_234 };
    expect(decide(answered(429, { 'retry-after': '5' }), { provider })).toBe(1_234);
  });

  it('may be 0', () => {
    expect(decide(answered(503), { provider: { retryDelayMs: () => 0 } })).toBe(0);
  });

  it('is asked with the error, the attempt and the status', () => {
    const retryDelayMs = vi.fn(() => null);
    const error = answered(503);
    decide(error, { attempt: 2, provider: { retryDelayMs } });
    expect(retryDelayMs.mock.calls).toEqual([[error, 2, 503]]);
  });

  it('is asked with null for a status where there was no answer', () => {
    const retryDelayMs = vi.fn(() => null);
    const error = coded('ECONNRESET');
    decide(error, { provider: { retryDelayMs } });
    expect(retryDelayMs.mock.calls).toEqual([[error, 1, null]]);
  });

  it('is asked for n - 1 times in n attempts', () => {
    const retryDelayMs = vi.fn(() => null);
    for (const attempt of [1, 2, 3]) decide(answered(503), { attempt, maxAttempts: 3, provider: { retryDelayMs } });
    expect(retryDelayMs).toHaveBeenCalledTimes(2);
  });

  it('is not asked for a RetryableError that knows its delay', () => {
    const retryDelayMs = vi.fn(() => 1);
    expect(decide(new RetryableError('later', { retryAfterSeconds: 3 }), { provider: { retryDelayMs } })).toBe(3_000);
    expect(retryDelayMs).not.toHaveBeenCalled();
  });

  it.each([
    ['null', () => null],
    ['NaN', () => Number.NaN],
    ['negative', () => -1],
    [
      'an exception',
      (): never => {
        throw new Error('a bug of the provider');
      },
    ],
  ])('leaves the core rules in force when it is %s', (_what, retryDelayMs) => {
    expect(decide(answered(503), { provider: { retryDelayMs } })).toBe(2_000);
  });
});
