import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { circuitWindow, countsWithin, outdatedSlots, slotAt } from '../../../lib/circuit/circuit-window.js';

const now = 1_700_000_000_000;
const window = circuitWindow(20);

it('has ten slots', () => {
  expect(window).toEqual({ lengthMs: 20_000, slotMs: 2_000 });
});

it('names a slot by its beginning', () => {
  expect(slotAt(now + 1_999, window)).toBe(String(now));
  expect(slotAt(now + 2_000, window)).toBe(String(now + 2_000));
});

describe('what is in the slots', () => {
  const offsets = fc.integer({ min: -60_000, max: 60_000 });
  const counts = fc.record({ ok: fc.nat(100), bad: fc.nat(100) }, { requiredKeys: [] });
  const slots = fc.uniqueArray(fc.tuple(offsets, counts), { selector: ([offset]) => offset });

  it('counts within the window, and is dropped outside: never both, never neither', () => {
    fc.assert(
      fc.property(slots, (list) => {
        const stored = Object.fromEntries(list.map(([offset, count]) => [String(now + offset), count]));
        const outdated = outdatedSlots(stored, now, window);
        const kept = Object.fromEntries(Object.entries(stored).filter(([slot]) => !outdated.includes(slot)));
        const sumOf = (field: 'ok' | 'bad') => Object.values(kept).reduce((sum, count) => sum + (count[field] ?? 0), 0);
        expect(countsWithin(stored, now, window)).toEqual({ answered: sumOf('ok'), failed: sumOf('bad') });
        expect(Object.keys(kept).every((slot) => Number(slot) > now - 20_000)).toBe(true);
      }),
    );
  });

  it('counts what another process, whose idea of the time is a little ahead, has told', () => {
    expect(countsWithin({ [String(now + 2_000)]: { bad: 3 } }, now, window)).toEqual({ answered: 0, failed: 3 });
  });

  it('is dropped where it lies far in the future: the clock was set back', () => {
    expect(outdatedSlots({ [String(now + 3_600_000)]: { bad: 3 } }, now, window)).toHaveLength(1);
  });
});
