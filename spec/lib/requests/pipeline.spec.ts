import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { currentContext, type RequestContext } from '../../../lib/context.js';
import {
  CircuitOpenError,
  HttpResponseError,
  RateLimitExceededError,
  RetryableError,
  SchemaDriftError,
} from '../../../lib/errors.js';
import { ResponseNotJsonError } from '../../../lib/http/response-not-json-error.js';
import type { Call } from '../../../lib/requests/call.js';
import type { FailureClass } from '../../../lib/types/failure-class.js';
import type { HttpExchange } from '../../../lib/requests/stages/send.js';
import type { OutgoingRequest, ResponseHead } from '../../../providers/contracts.js';
import { createPipelineFixture, type PipelineFixtureOptions } from './pipeline-fixture.js';

const again = (message = 'later'): RetryableError => new RetryableError(message, { retryAfterSeconds: 0 });

function httpAnswer(statusCode: number, body: unknown = null, headers: Record<string, string> = {}): HttpExchange {
  return { url: new URL('https://api.acme.test/issues'), response: { statusCode, headers, body, rawText: null } };
}

const thrownBy = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => expect.unreachable('the call succeeded'),
    (error: unknown) => error,
  );

/** Waits for the abort of a signal, as an SDK would. */
const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

describe('a call that succeeds', () => {
  it('gives what the callback returned and is recorded once, with its endpoint, method, data and duration', async () => {
    const { at, recorded } = createPipelineFixture();
    await expect(
      at('customers.create')
        .withData({ name: 'x' })
        .post(() => ({ id: 7 })),
    ).resolves.toEqual({ id: 7 });
    expect(recorded).toHaveLength(1);
    const { call, error } = recorded[0]!;
    expect(error).toBeNull();
    expect(call).toMatchObject({ endpoint: 'customers.create', method: 'POST', spec: { data: { name: 'x' } } });
    expect(call.elapsedMs()).toBeGreaterThan(0);
    expect(call.attempts).toEqual([
      {
        number: 1,
        startedAt: expect.any(Date),
        durationMs: expect.any(Number),
        statusCode: null,
        error: null,
        failureClass: null,
        providerRequestId: null,
        delayBeforeMs: 0,
      },
    ]);
  });

  it.each([null, undefined, 0, '', false])('gives %s and is recorded all the same', async (value) => {
    const { at, recorded } = createPipelineFixture();
    await expect(at('x').get(() => value)).resolves.toBe(value);
    expect(recorded).toMatchObject([{ error: null }]);
  });

  it('takes a callback that needs no context, and one that is not asynchronous', async () => {
    const { at } = createPipelineFixture();
    await expect(at('x').get(() => 'done')).resolves.toBe('done');
    await expect(at('x').get(async () => 'done')).resolves.toBe('done');
  });

  it('keeps the status that the callback reported, or that of the response object that it returned', async () => {
    const { at, recorded } = createPipelineFixture();
    await at('x').get((context) => context.reportResponseMetadata({ statusCode: 202 }));
    await at('x').get(() => ({ status: 200, headers: {}, data: [] }));
    await at('x').get(() => ({ status: 200, title: "the host's own field" }));
    expect(recorded.map(({ call }) => call.attempts[0]?.statusCode)).toEqual([202, 200, null]);
  });
});

describe('a call that fails', () => {
  it('throws the original error itself and is recorded once, with that error', async () => {
    const { at, recorded } = createPipelineFixture();
    const error = new RangeError('out of stock');
    expect(await thrownBy(at('x').post(() => Promise.reject(error)))).toBe(error);
    expect(recorded).toMatchObject([{ error }]);
    expect(recorded[0]?.call.attempts).toMatchObject([{ error: { message: String(error) }, failureClass: 'local' }]);
  });

  it('throws what a synchronous callback threw', async () => {
    const { at } = createPipelineFixture();
    const error = new Error('failed');
    const callback = (): never => {
      throw error;
    };
    expect(await thrownBy(at('x').post(callback))).toBe(error);
  });

  it.each(['oops', { status: 503 }, undefined, null])(
    'throws an Error even where the callback threw %j',
    async (thrown) => {
      const { at } = createPipelineFixture();
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what careless SDKs do
      const error = await thrownBy(at('x').post(() => Promise.reject(thrown)));
      expect(error).toMatchObject({ code: 'NON_ERROR_THROWN', cause: thrown });
    },
  );

  it('throws the last real error after the last attempt, not RETRIES_EXHAUSTED', async () => {
    const { at, recorded } = createPipelineFixture();
    const errors = [again('first'), again('second'), again('third')];
    const rest = [...errors];
    expect(await thrownBy(at('x').get(() => Promise.reject(rest.shift()!)))).toBe(errors[2]);
    expect(recorded).toHaveLength(1);
    expect(recorded[0]?.call.attempts.map(({ number }) => number)).toEqual([1, 2, 3]);
  });

  it('is not tried again where the error is not retryable', async () => {
    const { at } = createPipelineFixture();
    const callback = vi.fn(() => Promise.reject(new Error('refused')));
    await thrownBy(at('x').get(callback));
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it("is recorded, and keeps its own error, though the provider's hooks fail", async () => {
    const broken = (): never => {
      throw new Error('a bug of the provider');
    };
    const provider = { isRetryable: broken, retryDelayMs: broken, classifyFailure: broken };
    const { at, recorded } = createPipelineFixture({ provider });
    const error = new Error('failed');
    expect(await thrownBy(at('x').get(() => Promise.reject(error)))).toBe(error);
    expect(recorded[0]?.call.attempts).toMatchObject([{ failureClass: 'unknown' }]);
  });
});

describe('attempts', () => {
  it.each([
    ['get', 3],
    ['post', 1],
    ['put', 1],
    ['patch', 1],
    ['delete', 1],
  ] as const)('of %s are %i by default', async (verb, expected) => {
    const { at } = createPipelineFixture();
    const callback = vi.fn(() => Promise.reject(again()));
    await thrownBy(at('x')[verb](callback));
    expect(callback).toHaveBeenCalledTimes(expected);
  });

  it.each(['HEAD', 'head', 'get'])('of %s are those of a read', async (method) => {
    const { at } = createPipelineFixture();
    const callback = vi.fn(() => Promise.reject(again()));
    await thrownBy(at('x').execute(method, callback));
    expect(callback).toHaveBeenCalledTimes(3);
  });

  it('are as many as the caller says', async () => {
    const { at } = createPipelineFixture();
    const callback = vi.fn(() => Promise.reject(again()));
    await thrownBy(at('x').withAttempts(5).post(callback));
    await thrownBy(at('x').withAttempts(1).get(callback));
    expect(callback).toHaveBeenCalledTimes(6);
  });

  it('end with the first that succeeds', async () => {
    const { at, recorded } = createPipelineFixture();
    const callback = vi.fn((context: RequestContext) =>
      context.attempt < 2 ? Promise.reject(again()) : Promise.resolve('done'),
    );
    await expect(at('x').get(callback)).resolves.toBe('done');
    expect(callback).toHaveBeenCalledTimes(2);
    expect(recorded).toMatchObject([{ error: null }]);
    expect(recorded[0]?.call.attempts).toMatchObject([{ failureClass: 'upstream' }, { failureClass: null }]);
  });

  it('say how long each of them was waited for', async () => {
    const { at, recorded } = createPipelineFixture();
    const errors = [again(), new RetryableError('later', { retryAfterSeconds: 0.002 }), again()];
    await thrownBy(at('x').get(() => Promise.reject(errors.shift()!)));
    expect(recorded[0]?.call.attempts.map(({ delayBeforeMs }) => delayBeforeMs)).toEqual([0, 0, 2]);
  });

  it('are the only ones there are: a call that is refused before its first attempt leaves no record', async () => {
    const { at, recorded, gate } = createPipelineFixture();
    await gate.shut(0);
    const callback = vi.fn();
    expect(await thrownBy(at('x').get(callback))).toMatchObject({ code: 'INSTANCE_STOPPED' });
    expect(callback).not.toHaveBeenCalled();
    expect(recorded).toEqual([]);
  });
});

describe('the verdict', () => {
  it('is passed once for each attempt, and decides on retries: the provider calls a 503 its own fault', async () => {
    const classifyFailure = vi.fn(() => 'client' as const);
    const sendHttp = vi.fn(async () => httpAnswer(503));
    const { at, recorded } = createPipelineFixture({ sendHttp, provider: { classifyFailure } });
    const error = await thrownBy(at('/issues').get());
    expect(sendHttp).toHaveBeenCalledTimes(1);
    expect(classifyFailure.mock.calls).toEqual([[error]]);
    expect(recorded[0]?.call.attempts).toMatchObject([{ statusCode: 503, failureClass: 'client' }]);
  });

  it.each<[string, FailureClass, number]>([
    ['a 404 for a fault of the upstream: it is retried', 'upstream', 3],
    ['a 404 for throttling: it is retried', 'throttle', 3],
    ['a 404 for refused credentials: it is not', 'auth', 1],
  ])('is that of the provider, which takes %s', async (_what, failureClass, attempts) => {
    const sendHttp = vi.fn(async () => httpAnswer(404));
    const provider = { classifyFailure: () => failureClass, retryDelayMs: () => 0 };
    const { at } = createPipelineFixture({ sendHttp, provider });
    await thrownBy(at('/issues').get());
    expect(sendHttp).toHaveBeenCalledTimes(attempts);
  });

  it('goes by the status that the callback reported, where the error has none', async () => {
    const { at, recorded } = createPipelineFixture({ provider: { retryDelayMs: () => 0 } });
    const callback = vi.fn((context: RequestContext) => {
      context.reportResponseMetadata({ statusCode: 503 });
      return Promise.reject(new Error('an SDK that hides it'));
    });
    await thrownBy(at('x').get(callback));
    expect(callback).toHaveBeenCalledTimes(3);
    expect(recorded[0]?.call.attempts[0]).toMatchObject({ statusCode: 503, failureClass: 'upstream' });
  });

  it('on an answer that cannot be read goes by its status', async () => {
    const response = { statusCode: 503, headers: { 'retry-after': '0' }, body: null, rawText: '<html>' };
    const sendHttp = vi.fn(() => Promise.reject(new ResponseNotJsonError('GET /issues', response)));
    const { at, recorded } = createPipelineFixture({ sendHttp });
    await thrownBy(at('/issues').get());
    expect(sendHttp).toHaveBeenCalledTimes(3);
    expect(recorded[0]?.call.attempts[0]).toMatchObject({ statusCode: 503, failureClass: 'upstream' });
  });
});

describe('a refusal', () => {
  const facts = { integrationId: '1', retryAfterSeconds: 5 };
  const open = (cause: unknown) => new CircuitOpenError({ ...facts, openedAt: null, cooldownSeconds: 30, cause });
  const exceeded = (cause: unknown) => new RateLimitExceededError({ ...facts, cause });
  const passes = { settle: async () => undefined };
  const token = { release: () => undefined, heed: async () => undefined };

  /** A circuit, or rate limits, that let so many attempts through. */
  const stages: [string, (admitted: number) => PipelineFixtureOptions][] = [
    [
      'CIRCUIT_OPEN',
      (admitted) => ({
        circuit: {
          admit: async (call) => (call.attempt <= admitted ? passes : Promise.reject(open(call.previousFailure))),
        },
      }),
    ],
    [
      'RATE_LIMIT_EXCEEDED',
      (admitted) => ({
        budget: {
          take: async (call) => (call.attempt <= admitted ? token : Promise.reject(exceeded(call.previousFailure))),
        },
      }),
    ],
  ];

  // They would have a refusal retried at once, and for ever.
  const provider = { isRetryable: () => true, retryDelayMs: () => 0, classifyFailure: () => 'upstream' as const };

  it.each(stages)('of the first attempt is thrown, and leaves no record: %s', async (code, refusing) => {
    const { at, recorded } = createPipelineFixture({ provider, ...refusing(0) });
    const callback = vi.fn();
    const error = await thrownBy(at('x').get(callback));
    expect(error).toMatchObject({ code, retryAfterSeconds: 5 });
    expect((error as Error).cause).toBeUndefined();
    expect(callback).not.toHaveBeenCalled();
    expect(recorded).toEqual([]);
  });

  it.each(stages)('of a retry ends the call, with the failure before as its cause: %s', async (code, refusing) => {
    const { at, recorded } = createPipelineFixture({ provider: { retryDelayMs: () => 0 }, ...refusing(2) });
    const failures = [1, 2].map((n) => Object.assign(new Error(`failure ${n}`), { status: 503 }));
    const rest = [...failures];
    const error = await thrownBy(
      at('x')
        .withAttempts(9)
        .get(() => Promise.reject(rest.shift()!)),
    );
    expect(error).toMatchObject({ code });
    expect((error as Error).cause).toBe(failures[1]);
    expect(recorded).toHaveLength(1);
    expect(recorded[0]?.error).toBe(error);
    expect(recorded[0]?.call.attempts).toMatchObject([
      { number: 1, statusCode: 503, failureClass: 'upstream' },
      { number: 2, statusCode: 503, failureClass: 'upstream', error: { message: 'Error: failure 2' } },
    ]);
  });

  it.each(stages)('is not retried because the failure before it was a RetryableError: %s', async (code, refusing) => {
    const { at } = createPipelineFixture(refusing(1));
    const callback = vi.fn(() => Promise.reject(again()));
    expect(await thrownBy(at('x').withAttempts(9).get(callback))).toMatchObject({ code });
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it('of another call, made within a callback, is not retried, and not held against the upstream', async () => {
    const { at, recorded } = createPipelineFixture({ provider });
    const callback = vi.fn(() => Promise.reject(new Error('sdk', { cause: open(new Error('before')) })));
    await thrownBy(at('x').get(callback));
    expect(callback).toHaveBeenCalledTimes(1);
    expect(recorded[0]?.call.attempts).toMatchObject([{ failureClass: 'local', statusCode: null }]);
  });
});

describe('the context', () => {
  it('is one object for all attempts of a call', async () => {
    const { at } = createPipelineFixture();
    const contexts: RequestContext[] = [];
    const numbers: number[] = [];
    await thrownBy(
      at('x').get((context) => {
        contexts.push(context);
        numbers.push(context.attempt);
        return Promise.reject(again());
      }),
    );
    expect(new Set(contexts).size).toBe(1);
    expect(numbers).toEqual([1, 2, 3]);
  });

  it('tells the facts of the call', async () => {
    const { at, integration } = createPipelineFixture();
    const context = await at('customers.create')
      .withAttempts(4)
      .post((given) => given);
    expect(context.integrationId).toEqual(integration._id);
    expect(context).toMatchObject({
      provider: 'acme',
      endpoint: 'customers.create',
      method: 'POST',
      attempt: 1,
      maxAttempts: 4,
    });
  });

  it.each([null, undefined])('has no idempotency key where the key is %s', async (key) => {
    const { at } = createPipelineFixture();
    const { idempotencyKey } = await at('x')
      .withIdempotencyKey(key)
      .post((context) => context);
    expect(idempotencyKey).toBeNull();
  });

  it('has the same idempotency key on all attempts', async () => {
    const { at } = createPipelineFixture();
    const keys: unknown[] = [];
    const callback = (context: RequestContext) => {
      keys.push(context.idempotencyKey);
      return Promise.reject(again());
    };
    await thrownBy(at('x').withIdempotencyKey('order-7').withAttempts(3).post(callback));
    expect(keys).toEqual(['order-7', 'order-7', 'order-7']);
  });

  it('is the current one during the callback, and none is before and after', async () => {
    const { at } = createPipelineFixture();
    expect(currentContext()).toBeNull();
    const seen = await at('x').get((context) => currentContext() === context);
    expect(seen).toBe(true);
    expect(currentContext()).toBeNull();
    await thrownBy(at('x').post(() => Promise.reject(new Error('failed'))));
    expect(currentContext()).toBeNull();
  });

  it('of a nested call is its own, and the outer one is the current one again afterwards', async () => {
    const { at, recorded } = createPipelineFixture();
    await at('outer')
      .withIdempotencyKey('outer-key')
      .post(async (outer) => {
        outer.reportResponseMetadata({ providerRequestId: 'outer-id' });
        const inner = await at('inner').get((context) => {
          context.reportResponseMetadata({ providerRequestId: 'inner-id' });
          return currentContext();
        });
        expect(inner).toMatchObject({ endpoint: 'inner', idempotencyKey: null });
        expect(currentContext()).toBe(outer);
      });
    expect(
      recorded.map(({ call }) => [call.endpoint, call.idempotencyKey, call.attempts[0]?.providerRequestId]),
    ).toEqual([
      ['inner', null, 'inner-id'],
      ['outer', 'outer-key', 'outer-id'],
    ]);
  });

  it('of calls side by side on one integration is not mixed up', async () => {
    const { at } = createPipelineFixture();
    const endpoints = Array.from({ length: 20 }, (_, index) => `call-${index}`);
    const callback = async (context: RequestContext) => {
      if (context.attempt < 2) throw again();
      await new Promise((resolve) => setImmediate(resolve));
      return currentContext()?.endpoint;
    };
    expect(await Promise.all(endpoints.map((endpoint) => at(endpoint).get(callback)))).toEqual(endpoints);
  });
});

describe('response metadata', () => {
  it('is gone when the next attempt begins', async () => {
    const { at } = createPipelineFixture();
    const seen: unknown[] = [];
    await thrownBy(
      at('x').get((context) => {
        seen.push(context.responseMetadata);
        context.reportResponseMetadata({ providerRequestId: 'id', rateLimitRemaining: 7 });
        return Promise.reject(again());
      }),
    );
    expect(seen).toEqual([{}, {}, {}]);
  });

  it('adds up within an attempt, and what is not there undoes nothing', async () => {
    const { at } = createPipelineFixture();
    const { responseMetadata } = await at('x').get((context) => {
      context.reportResponseMetadata({ providerRequestId: 'id' });
      const headers: Record<string, string> = {};
      context.reportResponseMetadata({ providerRequestId: headers['x-request-id']!, statusCode: 201 });
      return context;
    });
    expect(responseMetadata).toEqual({ providerRequestId: 'id', statusCode: 201 });
  });

  it('gives each attempt its own provider request id, in order, and none where none was reported', async () => {
    const { at, recorded } = createPipelineFixture();
    await at('x')
      .withAttempts(3)
      .get((context) => {
        if (context.attempt === 2) throw again();
        context.reportResponseMetadata({ providerRequestId: `id-${context.attempt}` });
        return context.attempt === 3 ? 'done' : Promise.reject(again());
      });
    expect(recorded[0]?.call.attempts.map(({ providerRequestId }) => providerRequestId)).toEqual([
      'id-1',
      null,
      'id-3',
    ]);
  });

  it('of a failed attempt does not get into the record of the one that succeeds', async () => {
    const { at, recorded } = createPipelineFixture();
    await at('x').get((context) => {
      if (context.attempt > 1) return 'done';
      context.reportResponseMetadata({ providerRequestId: 'of the failure', statusCode: 503 });
      return Promise.reject(again());
    });
    expect(recorded[0]?.call.attempts.at(-1)).toMatchObject({ providerRequestId: null, statusCode: null });
  });

  it('of an attempt that timed out, reported when the next one is under way, is ignored', async () => {
    const { at, recorded } = createPipelineFixture({ provider: { retryDelayMs: () => 0 } });
    let begun = (): void => undefined;
    const second = new Promise<void>((resolve) => (begun = resolve));
    let reported: Promise<void> = Promise.resolve();
    const late = async (context: RequestContext): Promise<void> => {
      await second;
      context.reportResponseMetadata({ providerRequestId: 'too late' });
    };
    await at('x')
      .withOptions({ timeoutMs: 20 })
      .get(async (context) => {
        if (context.attempt === 1) return (reported = late(context)).then(() => new Promise(() => undefined));
        begun();
        return reported;
      });
    const ids = recorded[0]?.call.attempts.map(({ providerRequestId }) => providerRequestId);
    expect(ids).toEqual([null, null]);
  });

  const limits = { 'retry-after': '7', 'x-ratelimit-remaining': '0', 'x-shopify-shop-api-call-limit': '1/40' };
  const told = { retryAfterSeconds: 7, rateLimitRemaining: 0 };

  /** What the stages around an attempt find when it is over. */
  function heedingBudget() {
    const heeded: unknown[] = [];
    const heed = async ({ responseMetadata }: Call) => void heeded.push(responseMetadata);
    return { heeded, budget: { take: async () => ({ release: () => undefined, heed }) } };
  }

  it.each<[string, PipelineFixtureOptions, () => unknown]>([
    ['of an answer', { sendHttp: async () => httpAnswer(200, null, limits) }, () => null],
    ['of a failed answer', { sendHttp: async () => httpAnswer(429, null, limits) }, () => null],
    [
      'in an error of an SDK',
      {},
      () => Promise.reject(Object.assign(new Error('x'), { response: { headers: limits } })),
    ],
    ['in a wrapped error', {}, () => Promise.reject(new Error('x', { cause: { headers: limits } }))],
    ['of a response that a callback returned', {}, () => ({ status: 200, headers: limits, data: [] })],
    ['of a failing one', {}, () => new Response(null, { status: 429, headers: limits })],
  ])('has what the headers %s say about rate limits', async (_where, { sendHttp }, callback) => {
    const { heeded, budget } = heedingBudget();
    const { at } = createPipelineFixture({ budget, ...(sendHttp !== undefined && { sendHttp }) });
    const call = at('/issues').withAttempts(1);
    await (sendHttp === undefined ? call.get(callback) : call.get()).catch(() => undefined);
    expect(heeded).toEqual([told]);
  });

  it('prefers what the callback or the provider reported, field by field', async () => {
    const { heeded, budget } = heedingBudget();
    const responseMetadata = () => ({ providerRequestId: 'id', rateLimitRemaining: 3, retryAfterSeconds: null });
    const http = { baseUrl: 'https://api.acme.test', responseMetadata };
    const sendHttp = async () => httpAnswer(200, null, limits);
    const { at } = createPipelineFixture({ budget, sendHttp, provider: { http } });
    await at('/issues').get();
    await at('x').get((context) => {
      context.reportResponseMetadata({ retryAfterSeconds: 60, statusCode: 200 });
      return { status: 200, headers: limits };
    });
    expect(heeded).toEqual([
      { providerRequestId: 'id', rateLimitRemaining: 3, retryAfterSeconds: 7 },
      { retryAfterSeconds: 60, statusCode: 200, rateLimitRemaining: 0 },
    ]);
  });

  it("is not read from the host's own data", async () => {
    const { heeded, budget } = heedingBudget();
    const { at } = createPipelineFixture({ budget });
    await at('x').get(() => ({ headers: limits, response: { headers: limits } }));
    expect(heeded).toEqual([{}]);
  });

  it.each([
    ['128 characters', 'x'.repeat(128), 'x'.repeat(128)],
    ['129 characters', 'x'.repeat(129), 'x'.repeat(128)],
    ['128 characters of two units', '🚀'.repeat(128), '🚀'.repeat(128)],
    ['200 characters of two units', '🚀'.repeat(200), '🚀'.repeat(128)],
  ])('keeps 128 characters of a provider request id: %s', async (_what, reported, expected) => {
    const { at, recorded } = createPipelineFixture();
    await at('x').get((context) => context.reportResponseMetadata({ providerRequestId: reported }));
    expect(recorded[0]?.call.attempts[0]?.providerRequestId).toBe(expected);
  });
});

describe('time', () => {
  it('ends an attempt whose callback ignores its signal', async () => {
    const { at, recorded } = createPipelineFixture();
    const error = await thrownBy(
      at('x')
        .withOptions({ timeoutMs: 20 })
        .post(() => new Promise(() => undefined)),
    );
    expect(error).toMatchObject({ code: 'ATTEMPT_TIMEOUT', details: { timeoutMs: 20 } });
    expect(recorded[0]?.call.attempts).toMatchObject([{ failureClass: 'upstream' }]);
  });

  it('tells the callback by its signal', async () => {
    const { at } = createPipelineFixture();
    const told: Promise<unknown>[] = [];
    const callback = ({ signal }: RequestContext): Promise<unknown> => {
      const reason = untilAborted(signal).then(() => signal.reason as unknown);
      told.push(reason);
      return reason;
    };
    const error = await thrownBy(at('x').withOptions({ timeoutMs: 20 }).post(callback));
    expect(await Promise.all(told)).toEqual([error]);
  });

  it('is new for each attempt: one that timed out is followed by another', async () => {
    const { at } = createPipelineFixture({ provider: { retryDelayMs: () => 0 } });
    const callback = ({ attempt }: RequestContext) => (attempt < 2 ? new Promise(() => undefined) : 'done');
    await expect(at('x').withOptions({ timeoutMs: 20 }).get(callback)).resolves.toBe('done');
  });

  it('is short for the whole call: the deadline ends an attempt, and there is no other', async () => {
    const { at } = createPipelineFixture({ provider: { isRetryable: () => true, retryDelayMs: () => 0 } });
    const callback = vi.fn(() => new Promise(() => undefined));
    const error = await thrownBy(at('x').withOptions({ deadlineMs: 20 }).get(callback));
    expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it('is not waited for where the deadline is shorter than the delay: the failure itself is thrown at once', async () => {
    const { at } = createPipelineFixture();
    const error = new RetryableError('later', { retryAfterSeconds: 60 });
    const callback = vi.fn(() => Promise.reject(error));
    const began = performance.now();
    expect(await thrownBy(at('x').withOptions({ deadlineMs: 10_000 }).get(callback))).toBe(error);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(callback).toHaveBeenCalledTimes(1);
  });
});

describe("the caller's signal", () => {
  it('ends an attempt whose callback ignores it, without another', async () => {
    const controller = new AbortController();
    const { at, recorded } = createPipelineFixture({ provider: { isRetryable: () => true } });
    const reason = new Error('the user went away');
    const callback = vi.fn(() => {
      controller.abort(reason);
      return new Promise(() => undefined);
    });
    const error = await thrownBy(at('x').withOptions({ signal: controller.signal }).get(callback));
    expect(error).toMatchObject({ code: 'CALL_ABORTED', cause: reason });
    expect(callback).toHaveBeenCalledTimes(1);
    expect(recorded[0]?.call.attempts).toMatchObject([{ failureClass: 'cancelled' }]);
  });

  it('keeps a callback from being run at all when it is aborted already', async () => {
    const { at } = createPipelineFixture();
    const callback = vi.fn();
    const error = await thrownBy(at('x').withOptions({ signal: AbortSignal.abort() }).get(callback));
    expect(error).toMatchObject({ code: 'CALL_ABORTED' });
    expect(callback).not.toHaveBeenCalled();
  });

  it('ends the wait between attempts, and the failure is kept as the cause', async () => {
    const controller = new AbortController();
    const failure = new RetryableError('later', { retryAfterSeconds: 60 });
    const { at, recorded } = createPipelineFixture({
      provider: {
        // Asked after the attempt, before the wait.
        classifyFailure: () => {
          setImmediate(() => controller.abort());
          return null;
        },
      },
    });
    const callback = vi.fn(() => Promise.reject(failure));
    const error = await thrownBy(at('x').withOptions({ signal: controller.signal }).get(callback));
    expect(error).toMatchObject({ code: 'CALL_ABORTED' });
    expect((error as Error).cause).toBe(failure);
    expect(callback).toHaveBeenCalledTimes(1);
    expect(recorded).toMatchObject([{ error }]);
  });

  it('has no listener of the call left when the call is over', async () => {
    const { signal } = new AbortController();
    const { at, gate } = createPipelineFixture();
    await at('x')
      .withOptions({ signal })
      .get(() => 'done');
    await thrownBy(
      at('x')
        .withOptions({ signal })
        .get(() => Promise.reject(again())),
    );
    expect([signal, gate.signal].flatMap((each) => getEventListeners(each, 'abort'))).toEqual([]);
  });
});

describe('the end of the instance', () => {
  it('aborts what is under way after the grace period, and waits for it to be recorded', async () => {
    const { at, gate, recorded } = createPipelineFixture();
    const call = thrownBy(at('x').get(() => new Promise(() => undefined)));
    await gate.shut(5);
    expect(recorded).toHaveLength(1);
    expect(await call).toMatchObject({ code: 'INSTANCE_STOPPED' });
  });

  it('gives every call that waits for its next attempt its own failure', async () => {
    const { at, gate } = createPipelineFixture();
    const failures = ['first', 'second'].map((message) => new RetryableError(message, { retryAfterSeconds: 60 }));
    const calls = failures.map((failure) => thrownBy(at('x').get(() => Promise.reject(failure))));
    await new Promise((resolve) => setImmediate(resolve));
    await gate.shut(0);
    expect(await Promise.all(calls)).toMatchObject(failures.map((cause) => ({ code: 'INSTANCE_STOPPED', cause })));
  });
});

describe('a URL call', () => {
  it('gives the body of the answer, and its status to the record', async () => {
    const { at, recorded } = createPipelineFixture({ sendHttp: async () => httpAnswer(201, { id: 7 }) });
    await expect(at('/issues').post()).resolves.toEqual({ id: 7 });
    expect(recorded[0]?.call.attempts).toMatchObject([{ statusCode: 201, failureClass: null }]);
  });

  it('is sent to the URL that the caller gave, under the label of the endpoint', async () => {
    const sendHttp = vi.fn(async () => httpAnswer(200));
    const { at, recorded } = createPipelineFixture({ sendHttp });
    await at('issues.list').get('/repos/acme/issues');
    expect(sendHttp.mock.calls).toEqual([[recorded[0]?.call, '/repos/acme/issues']]);
    expect(recorded[0]?.call.endpoint).toBe('issues.list');
  });

  it.each([199, 300, 304, 404, 500])('throws for an answer of %i, which the error holds', async (status) => {
    const sendHttp = async () => httpAnswer(status, { message: 'no' }, { 'x-request-id': 'id' });
    const { at, recorded } = createPipelineFixture({ sendHttp });
    const error = await thrownBy(at('/issues').post());
    expect(error).toBeInstanceOf(HttpResponseError);
    expect(error).toMatchObject({ statusCode: status, body: { message: 'no' }, headers: { 'x-request-id': 'id' } });
    expect(recorded[0]?.call.attempts).toMatchObject([{ statusCode: status }]);
  });

  it('is retried by its status: 503 is, 404 is not', async () => {
    const statuses = [503, 404];
    const sendHttp = vi.fn(async () => httpAnswer(statuses.shift()!));
    const { at, recorded } = createPipelineFixture({ sendHttp, provider: { retryDelayMs: () => 0 } });
    await thrownBy(at('/issues').get());
    expect(sendHttp).toHaveBeenCalledTimes(2);
    expect(recorded[0]?.call.attempts).toMatchObject([
      { statusCode: 503, failureClass: 'upstream' },
      { statusCode: 404, failureClass: 'client' },
    ]);
  });

  it('reads request id and rate limits of any answer by the hook of the provider', async () => {
    const responseMetadata = ({ headers }: ResponseHead) => ({ providerRequestId: headers['x-request-id'] ?? null });
    const answers = [httpAnswer(503, null, { 'x-request-id': 'a' }), httpAnswer(200, null, { 'x-request-id': 'b' })];
    const { at, recorded } = createPipelineFixture({
      sendHttp: async () => answers.shift()!,
      provider: { retryDelayMs: () => 0, http: { baseUrl: 'https://api.acme.test', responseMetadata } },
    });
    await at('/issues').get();
    expect(recorded[0]?.call.attempts.map(({ providerRequestId }) => providerRequestId)).toEqual(['a', 'b']);
  });

  it('opens the credentials for the authorization of the provider, and marks them as secrets for the record', async () => {
    const authorize = vi.fn((request: OutgoingRequest) => request);
    const { at, recorded, integration } = createPipelineFixture({
      provider: { http: { baseUrl: 'https://api.acme.test', authorize } },
      sendHttp: async (call) => {
        const request = { method: 'GET', url: new URL('https://api.acme.test/issues'), headers: {} };
        await call.authorizer?.(request);
        return httpAnswer(200);
      },
    });
    await at('/issues').get();
    expect(authorize.mock.calls).toEqual([[expect.anything(), { credentials: { token: 'secret' }, integration }]]);
    expect(recorded[0]?.call.knownSecrets).toEqual(['secret']);
  });
});

describe('a schema', () => {
  it('that is asynchronous and never settles ends with the attempt', async () => {
    const { at, recorded } = createPipelineFixture();
    const never = z.unknown().refine(() => new Promise<boolean>(() => undefined));
    const call = at('/issues')
      .withOptions({ timeoutMs: 20 })
      .withAttempts(1)
      .as(never)
      .get(() => 'an answer');
    await expect(call).rejects.toMatchObject({ code: 'ATTEMPT_TIMEOUT' });
    expect(recorded).toHaveLength(1);
  });

  const issue = z.object({ title: z.string() });

  it('types what a callback returned and what a URL call received', async () => {
    const { at } = createPipelineFixture({ sendHttp: async () => httpAnswer(200, { title: 'x', more: 1 }) });
    await expect(at('/issues').as(issue).get()).resolves.toEqual({ title: 'x' });
    await expect(
      at('/issues')
        .as(issue)
        .get(() => ({ title: 'y', more: 1 })),
    ).resolves.toEqual({ title: 'y' });
  });

  it('lets null, undefined and an empty answer pass, as null', async () => {
    const { at } = createPipelineFixture({ sendHttp: async () => httpAnswer(204) });
    await expect(at('/issues').as(issue).delete()).resolves.toBeNull();
    await expect(
      at('/issues')
        .as(issue)
        .get(() => null),
    ).resolves.toBeNull();
    await expect(
      at('/issues')
        .as(issue)
        .get(() => undefined),
    ).resolves.toBeNull();
  });

  it('that is not met raises SchemaDriftError with the facts, and the call counts as failed', async () => {
    const { at, recorded, integration } = createPipelineFixture();
    const payload = { title: 7 };
    const error = await thrownBy(
      at('/issues')
        .as(issue)
        .get(() => payload),
    );
    expect(error).toBeInstanceOf(SchemaDriftError);
    expect(error).toMatchObject({
      code: 'SCHEMA_DRIFT',
      source: 'live',
      schemaName: 'the zod schema',
      message: expect.stringMatching(/live.*\/issues.*the zod schema.*\/title/),
      violations: [expect.stringMatching(/^\/title: /)],
      details: { integrationId: integration.id, endpoint: '/issues' },
    });
    expect((error as SchemaDriftError).payload).toBe(payload);
    expect(recorded).toMatchObject([{ error }]);
    expect(recorded[0]?.call.attempts).toMatchObject([{ failureClass: 'local' }]);
  });

  it('that is not met leaves the answer where the record finds it, and its status', async () => {
    const { at, recorded } = createPipelineFixture({ sendHttp: async () => httpAnswer(200, { title: 7 }) });
    await thrownBy(at('/issues').as(issue).get());
    expect(recorded[0]?.call.response?.body).toEqual({ title: 7 });
    expect(recorded[0]?.call.attempts).toMatchObject([{ statusCode: 200 }]);
  });

  it('that is not met is not retried: another answer would not fit either', async () => {
    const { at } = createPipelineFixture();
    const callback = vi.fn(() => ({ title: 7 }));
    await thrownBy(at('/issues').as(issue).get(callback));
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it('keeps what from() of a class threw as the cause', async () => {
    class Issue {
      private constructor(readonly title: string) {}

      static from(): Issue {
        throw new TypeError('no issue');
      }
    }
    const { at } = createPipelineFixture();
    const error = await thrownBy(
      at('/issues')
        .as(Issue)
        .get(() => ({})),
    );
    expect(error).toMatchObject({ schemaName: 'Issue', cause: expect.objectContaining({ message: 'no issue' }) });
  });
});
