import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialCircuit } from '../../../lib/circuit/circuit-state.js';
import { countStrategy } from '../../../lib/circuit/count-strategy.js';

const strategy = countStrategy({ failureCount: 3 });
const withFails = (fails: number) => ({ ...initialCircuit, fails });

it('is reached by that many failures in a row', () => {
  expect(strategy.reason).toBe('failureCount');
  expect([0, 2, 3, 4].map((fails) => strategy.isReached(withFails(fails), 0))).toEqual([false, false, true, true]);
});

describe('the tally', () => {
  it('writes nothing for answers while nothing has failed', () => {
    const tally = strategy.createTally();
    expect(tally.note('answered', withFails(0), 0)).toBe(false);
    expect(tally.take(withFails(0), 0)).toBeNull();
  });

  it('adds failures, and sets back by an answer that others’ failures came before', () => {
    const tally = strategy.createTally();
    expect(tally.note('failed', withFails(0), 0)).toBe(true);
    expect(tally.note('failed', withFails(0), 0)).toBe(true);
    expect(tally.take(withFails(0), 0)).toEqual({ $inc: { 'circuit.fails': 2 } });
    expect(tally.note('answered', withFails(2), 0)).toBe(true);
    expect(tally.take(withFails(2), 0)).toEqual({ $set: { 'circuit.fails': 0 } });
  });

  it('comes to the failures since the last answer, however it is taken in parts', () => {
    const steps = fc.array(fc.constantFrom('failed' as const, 'answered' as const, 'take' as const));
    fc.assert(
      fc.property(steps, (list) => {
        const tally = strategy.createTally();
        let stored = 0;
        let inRow = 0;
        const take = () => {
          const { $set, $inc } = tally.take(withFails(stored), 0) ?? {};
          stored = $set?.['circuit.fails'] ?? stored + ($inc?.['circuit.fails'] ?? 0);
        };
        for (const step of list) {
          if (step === 'take') take();
          else {
            tally.note(step, withFails(stored), 0);
            inRow = step === 'failed' ? inRow + 1 : 0;
          }
        }
        take();
        expect(stored).toBe(inRow);
      }),
    );
  });
});
