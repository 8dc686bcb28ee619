import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CircuitOpenError, IntegrationError, RateLimitExceededError, RetryableError } from '../../../../lib/index.js';
import { outcomeOfFailure, type AttemptRules } from '../../../../lib/failures/outcome-of-failure.js';
import { itemRules } from '../../../../lib/sync/items/item-outcome.js';
import { localProvider } from '../../../support/local-provider.js';

const provider = localProvider({ origin: 'http://127.0.0.1:1' });
const settings = { itemTries: 3, itemBackoff: [30, 120], deferWindowSeconds: 3_600 };
const rules = itemRules(provider, settings);
const now = Date.UTC(2026, 10, 21);
const fresh = { attempts: 0, deferredSince: null };
const throttled = Object.assign(new Error('slow down'), { status: 429 });

describe('the rules of an integration', () => {
  const withHooks = (hooks: object): AttemptRules => itemRules({ ...provider, ...hooks }, settings);

  it('are those of the options, where the provider has none', () => {
    expect(rules).toMatchObject({ maxAttempts: 3, backoff: [30, 120], deferWindowMs: 3_600_000 });
  });

  it('are what the provider says', () => {
    const own = withHooks({ itemTries: () => 7, itemBackoff: () => [1] });
    expect(own).toMatchObject({ maxAttempts: 7, backoff: [1] });
  });

  it.each([
    ['throws', { itemTries: () => assertNever(), itemBackoff: () => assertNever() }],
    ['says nonsense', { itemTries: () => NaN, itemBackoff: () => [-1] }],
    ['says nothing', { itemTries: () => null, itemBackoff: () => [] }],
  ])('are those of the options, where the provider %s', (_name, hooks) => {
    expect(withHooks(hooks)).toMatchObject({ maxAttempts: 3, backoff: [30, 120] });
  });

  function assertNever(): never {
    throw new Error('a hook that throws');
  }
});

describe('a failed attempt', () => {
  it.each([
    [0, { kind: 'retry', afterMs: 30_000 }],
    [1, { kind: 'retry', afterMs: 120_000 }],
    [2, { kind: 'failed', isAttempt: true }],
  ])('after %s others', (attempts, outcome) => {
    expect(outcomeOfFailure(new Error('no'), { ...fresh, attempts }, rules, now)).toMatchObject(outcome);
  });

  it('waits for the last of the given times, where there are more attempts than times', () => {
    const patient = { ...rules, maxAttempts: 10 };
    expect(outcomeOfFailure(new Error('no'), { ...fresh, attempts: 8 }, patient, now)).toMatchObject({
      afterMs: 120_000,
    });
  });

  it('with a RetryableError in its causes goes by that, which never raises the number of attempts', () => {
    const wrapped = (options: object) => new Error('no', { cause: new RetryableError('later', options) });
    const outcome = (options: object, attempts = 0) =>
      outcomeOfFailure(wrapped(options), { ...fresh, attempts }, rules, now);
    expect(outcome({ retryAfterSeconds: 5 })).toMatchObject({ kind: 'retry', afterMs: 5_000 });
    expect(outcome({ maxAttempts: 1 })).toMatchObject({ kind: 'failed' });
    expect(outcome({ maxAttempts: 99 }, 2)).toMatchObject({ kind: 'failed' });
  });
});

describe('an attempt that was held back', () => {
  const refusals = {
    'the rate limits': new RateLimitExceededError({ integrationId: 'x', retryAfterSeconds: 40 }),
    'the circuit': new CircuitOpenError({
      integrationId: 'x',
      openedAt: null,
      cooldownSeconds: 40,
      retryAfterSeconds: 40,
    }),
    'the other API': Object.assign(new Error('429'), { response: { status: 429, headers: { 'retry-after': '40' } } }),
  };

  it.each(Object.entries(refusals))('by %s is put off for as long as that says', (_name, error) => {
    const wrapped = new Error('sync failed', { cause: new Error('call failed', { cause: error }) });
    expect(outcomeOfFailure(wrapped, fresh, rules, now)).toMatchObject({ kind: 'deferred', afterMs: 40_000 });
  });

  it('is put off to the end of its window at most, and has failed then', () => {
    const soon = { attempts: 2, deferredSince: new Date(now - 3_599_000) };
    expect(outcomeOfFailure(throttled, soon, rules, now)).toMatchObject({ kind: 'deferred', afterMs: 1_000 });
    const over = { attempts: 2, deferredSince: new Date(now - 3_600_000) };
    expect(outcomeOfFailure(throttled, over, rules, now)).toMatchObject({
      kind: 'failed',
      isAttempt: false,
      error: { code: 'SYNC_DEFERRED_TOO_LONG', cause: throttled },
    });
  });
});

it('whatever an item fails with, it comes to an end', () => {
  const failures = fc.oneof(
    fc.constant(new Error('no')),
    fc.constant(throttled),
    fc.constant(new IntegrationError('SYNC_LISTENER_MISSING', 'nobody')),
    fc.record({ retryAfterSeconds: fc.double(), maxAttempts: fc.integer() }).map((o) => new RetryableError('later', o)),
    fc.anything(),
  );
  fc.assert(
    fc.property(fc.array(failures, { minLength: 1 }), (sequence) => {
      let item = fresh as { attempts: number; deferredSince: Date | null };
      let time = now;
      for (let round = 0; round < 10_000; round += 1) {
        const outcome = outcomeOfFailure(sequence[round % sequence.length], item, rules, time);
        if (outcome.kind === 'failed') return item.attempts <= 2;
        if (outcome.kind !== 'retry' && outcome.kind !== 'deferred') return false;
        expect(outcome.afterMs).toBeGreaterThanOrEqual(0);
        item =
          outcome.kind === 'retry'
            ? { attempts: item.attempts + 1, deferredSince: null }
            : { ...item, deferredSince: item.deferredSince ?? new Date(time) };
        time += Math.min(outcome.afterMs, 1e9);
      }
      return false;
    }),
    { seed: 20_261_121, numRuns: 300 },
  );
});
