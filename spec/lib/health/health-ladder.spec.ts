import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { healthLadder, statusAfterFailure, statusAfterFailureExpression } from '../../../lib/health/health-ladder.js';
import { healthStatuses } from '../../../schemas/integration.js';
import { useDatabase } from '../../support/database.js';

const { connection } = useDatabase();
const defaults = { degradedAfter: 5, failingAfter: 20, disabledAfter: 50 };

describe('the status after a failure', () => {
  const ladder = healthLadder(defaults);

  it.each([
    [1, 'healthy'],
    [4, 'healthy'],
    [5, 'degraded'],
    [19, 'degraded'],
    [20, 'failing'],
    [49, 'failing'],
    [50, 'disabled'],
  ] as const)('is, after %i in a row, %s', (consecutiveFailures, expected) => {
    expect(statusAfterFailure(ladder, { consecutiveFailures, healthStatus: 'healthy' })).toBe(expected);
  });

  it('is never better than before', () => {
    expect(statusAfterFailure(ladder, { consecutiveFailures: 1, healthStatus: 'failing' })).toBe('failing');
    expect(statusAfterFailure(ladder, { consecutiveFailures: 1, healthStatus: 'disabled' })).toBe('disabled');
  });

  it('is never disabled where that is switched off', () => {
    const lenient = healthLadder({ ...defaults, disabledAfter: null });
    expect(statusAfterFailure(lenient, { consecutiveFailures: 100, healthStatus: 'failing' })).toBe('failing');
  });

  it('is the worst whose threshold is reached, in whatever order the thresholds are', () => {
    const odd = healthLadder({ degradedAfter: 9, failingAfter: 3, disabledAfter: null });
    expect(statusAfterFailure(odd, { consecutiveFailures: 3, healthStatus: 'healthy' })).toBe('failing');
  });

  it('is the same for the server', async () => {
    const threshold = fc.integer({ min: 1, max: 12 });
    const settings = fc.record({
      degradedAfter: threshold,
      failingAfter: threshold,
      disabledAfter: fc.option(threshold, { nil: null }),
    });
    const document = fc.record({
      consecutiveFailures: fc.integer({ min: 1, max: 15 }),
      healthStatus: fc.constantFrom(...healthStatuses),
    });
    const check = fc.asyncProperty(settings, document, async (thresholds, before) => {
      const some = healthLadder(thresholds);
      const [computed] = await connection
        .db!.aggregate([{ $documents: [before] }, { $project: { status: statusAfterFailureExpression(some) } }])
        .toArray();
      expect(computed).toEqual({ status: statusAfterFailure(some, before) });
    });
    await fc.assert(check, { seed: 1, numRuns: 200 });
  });
});
