import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialCircuit } from '../../../lib/circuit/circuit-state.js';
import { rateStrategy } from '../../../lib/circuit/rate-strategy.js';

const now = 1_700_000_000_000;
const strategy = rateStrategy({ windowSeconds: 20, failureRate: 0.5, minimumAttempts: 10 });
const withSlots = (b: Record<string, { ok?: number; bad?: number }>) => ({ ...initialCircuit, b });
const recently = String(now - 2_000);

describe('the threshold', () => {
  it.each<[string, number, number, boolean]>([
    ['is reached by that share of failures', 5, 5, true],
    ['is not reached by a smaller share', 6, 5, false],
    ['is not reached by too few attempts', 0, 9, false],
    ['is not reached by answers alone', 100, 0, false],
  ])('%s', (_behaviour, ok, bad, reached) => {
    expect(strategy.isReached(withSlots({ [recently]: { ok, bad } }), now)).toBe(reached);
  });

  it('is never reached by fewer failures than the fewest', () => {
    const settings = fc.record({
      windowSeconds: fc.constant(20),
      failureRate: fc.double({ min: 0.01, max: 1, noNaN: true }),
      minimumAttempts: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(settings, fc.nat(60), fc.nat(60), (given, ok, bad) => {
        const { isReached, failuresIn, fewestFailures } = rateStrategy(given);
        const circuit = withSlots({ [recently]: { ok, bad } });
        expect(failuresIn(circuit, now)).toBe(bad);
        if (bad < fewestFailures) expect(isReached(circuit, now)).toBe(false);
      }),
    );
  });

  it('looks at the window alone', () => {
    const slots = { [String(now - 20_000)]: { bad: 1_000 }, [recently]: { ok: 10 } };
    expect(strategy.isReached(withSlots(slots), now)).toBe(false);
  });
});

describe('the tally', () => {
  it('tells failures at once, with the answers before', () => {
    const tally = strategy.createTally();
    expect(tally.note('answered', initialCircuit, now)).toBe(false);
    expect(tally.note('failed', initialCircuit, now)).toBe(true);
    const { $inc = {} } = tally.take(initialCircuit, now) ?? {};
    const sumOf = (field: string) =>
      Object.entries($inc).reduce((sum, [path, count]) => (path.endsWith(field) ? sum + count : sum), 0);
    expect([sumOf('.ok'), sumOf('.bad')]).toEqual([1, 1]);
    expect(tally.take(initialCircuit, now)).toBeNull();
  });

  it('tells answers while others have failed, but not each of them', () => {
    const tally = strategy.createTally();
    const known = withSlots({ [recently]: { bad: 1 } });
    expect(tally.note('answered', known, now)).toBe(true);
    tally.take(known, now);
    expect(tally.note('answered', known, now)).toBe(false);
  });

  it('drops the slots that are outdated with what it tells', () => {
    const tally = strategy.createTally();
    const old = String(now - 60_000);
    tally.note('failed', initialCircuit, now);
    expect(tally.take(withSlots({ [old]: { bad: 7 } }), now)?.$unset).toEqual({ [`circuit.b.${old}`]: '' });
  });
});
