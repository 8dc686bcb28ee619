import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cutoff,
  cutoffExpression,
  freeAt,
  freeAtExpression,
  type RateWindow,
} from '../../../lib/rate-limits/rate-window.js';
import { rateLimitKinds } from '../../../lib/types/rate-limit.js';
import { useDatabase } from '../../support/database.js';
import { mostInAnyWindow, mostInFixedWindow } from '../../support/rate-counts.js';

const database = useDatabase();
const kinds = fc.constantFrom(...rateLimitKinds);
const windows: fc.Arbitrary<RateWindow> = fc.record({ seconds: fc.integer({ min: 1, max: 100_000 }), kind: kinds });
const instants = fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 });

/** How far the clock of a provider with aligned windows may be off. */
const skews = fc.integer({ min: -99, max: 99 });

interface Attempt {
  /** When it asks for a token, after the one before; how long until it is counted, answered, and settled. */
  readonly pauseMs: number;
  readonly transitMs: number;
  readonly answerMs: number;
  readonly settleMs: number;
}

const attempts = fc.array(
  fc.record({
    pauseMs: fc.integer({ min: 0, max: 60 }),
    transitMs: fc.integer({ min: 0, max: 300 }),
    answerMs: fc.integer({ min: 0, max: 300 }),
    settleMs: fc.integer({ min: 0, max: 100 }),
  }),
  // As many as that, to last for several windows.
  { minLength: 1, maxLength: 200, size: 'max' },
);

/** The engine in small: whether each attempt gets a token, by the log of those before. When the granted are counted. */
function countedBy(window: RateWindow, limit: number, start: number, list: readonly Attempt[]): number[] {
  const longestMs = 1_000;
  const tokens: { reserved: number; answered: number; settled: number }[] = [];
  const counted: number[] = [];
  let now = start;
  for (const { pauseMs, transitMs, answerMs, settleMs } of list) {
    now += pauseMs;
    const takenUntil = tokens.map(({ reserved, answered, settled }) =>
      settled <= now ? answered : reserved + longestMs,
    );
    if (takenUntil.filter((until) => until > cutoff(window, now)).length >= limit) continue;
    const answered = now + transitMs + answerMs;
    tokens.push({ reserved: now, answered, settled: answered + settleMs });
    counted.push(now + transitMs);
  }
  return counted.sort((a, b) => a - b);
}

describe('a token', () => {
  it('is free at the instant that is foretold, and no millisecond before', () => {
    fc.assert(
      fc.property(windows, instants, (window, takenUntil) => {
        const instant = freeAt(window, takenUntil);
        expect(takenUntil > cutoff(window, instant)).toBe(false);
        expect(takenUntil > cutoff(window, instant - 1)).toBe(true);
      }),
    );
  });

  it.each(['fixed', 'sliding'] as const)(
    'of a %s window keeps any server within its limit, whatever its phase',
    (kind) => {
      fc.assert(
        fc.property(attempts, fc.integer({ min: 1, max: 10 }), instants, (list, limit, start) => {
          const counted = countedBy({ seconds: 1, kind }, limit, start, list);
          expect(mostInAnyWindow(counted, 1_000)).toBeLessThanOrEqual(limit);
        }),
        { seed: 1, numRuns: 500 },
      );
    },
  );

  it('of an aligned window keeps a server within its limit whose clock is up to a tenth of a second off', () => {
    fc.assert(
      fc.property(attempts, fc.integer({ min: 1, max: 10 }), instants, skews, (list, limit, start, skew) => {
        const counted = countedBy({ seconds: 1, kind: 'aligned' }, limit, start, list);
        expect(mostInFixedWindow(counted, 1_000, skew)).toBeLessThanOrEqual(limit);
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  it('of an aligned window is free at the next beginning', () => {
    const noon = Date.UTC(2026, 0, 1, 12);
    const hour: RateWindow = { seconds: 3_600, kind: 'aligned' };
    expect(freeAt(hour, noon - 5_000)).toBe(noon + 100);
    expect(freeAt(hour, noon + 5_000)).toBe(noon + 3_600_100);
  });

  it('counts in both aligned windows that it may have been counted in', () => {
    const noon = Date.UTC(2026, 0, 1, 12);
    expect(freeAt({ seconds: 3_600, kind: 'aligned' }, noon - 50)).toBe(noon + 3_600_100);
  });
});

describe('the server', () => {
  it('computes the same', async () => {
    await fc.assert(
      fc.asyncProperty(windows, instants, async (window, takenUntil) => {
        const [reply] = await database.connection
          .db!.aggregate<{ now: Date; cutoff: Date; freeAt: Date }>([
            { $documents: [{ takenUntil: new Date(takenUntil) }] },
            {
              $project: {
                now: '$$NOW',
                cutoff: cutoffExpression(window),
                freeAt: freeAtExpression(window, { $max: ['$takenUntil'] }),
              },
            },
          ])
          .toArray();
        expect(reply!.cutoff.getTime()).toBe(cutoff(window, reply!.now.getTime()));
        expect(reply!.freeAt.getTime()).toBe(freeAt(window, takenUntil));
      }),
      { numRuns: 100 },
    );
  });
});
