import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createAttemptRing } from '../../../lib/circuit/attempt-ring.js';
import { circuitWindow } from '../../../lib/circuit/circuit-window.js';

const window = circuitWindow(2);
const results = fc.constantFrom('answered' as const, 'failed' as const);
const attempts = fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 700 }), result: results }), { maxLength: 60 });
const serverAhead = fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 });

it('tells every attempt of the window once, within a slot of when it was by the server’s clock', () => {
  fc.assert(
    fc.property(attempts, serverAhead, (list, ahead) => {
      let clock = 0;
      const ring = createAttemptRing(window, () => clock);
      const noted = list.map(({ afterMs, result }) => {
        clock += afterMs;
        ring.note(result);
        return { at: clock, result };
      });
      const told = ring.take(clock + ahead);
      const total = [...told.values()].reduce((sum, { answered, failed }) => sum + answered + failed, 0);
      // The oldest slot of the ring may hold some that are just outside.
      const within = noted.filter(({ at }) => at > clock - window.lengthMs + window.slotMs).length;
      const around = noted.filter(({ at }) => at > clock - window.lengthMs).length;
      expect(total).toBeGreaterThanOrEqual(within);
      expect(total).toBeLessThanOrEqual(around);
      for (const [slot, counts] of told) {
        const near = noted.filter(
          ({ at }) => Math.abs(at + ahead - Number(slot) - window.slotMs / 2) <= 1.5 * window.slotMs,
        );
        expect(near.filter(({ result }) => result === 'failed').length).toBeGreaterThanOrEqual(counts.failed);
        expect(near.filter(({ result }) => result === 'answered').length).toBeGreaterThanOrEqual(counts.answered);
        expect(Number(slot)).toBeLessThanOrEqual(clock + ahead);
      }
      expect(ring.take(clock + ahead).size).toBe(0);
    }),
  );
});

it('stays small, however long it is not asked', () => {
  let clock = 0;
  const ring = createAttemptRing(window, () => clock);
  for (; clock < 100 * window.lengthMs; clock += 1) ring.note('answered');
  const told = ring.take(clock);
  expect(told.size).toBeLessThanOrEqual(11);
  expect([...told.values()].reduce((sum, { answered }) => sum + answered, 0)).toBeLessThanOrEqual(window.lengthMs);
});
