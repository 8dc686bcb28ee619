import { beforeEach, describe, expect, it } from 'vitest';
import { Types } from 'mongoose';
import { countFailure } from '../../../lib/health/count-failure.js';
import { healthLadder } from '../../../lib/health/health-ladder.js';
import { integrationCollection } from '../../../lib/integration-store/integration-collection.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useLocalInstance } from '../../support/local-instance.js';

const local = useLocalInstance(useDatabase(), useHttpServer());
const ladder = healthLadder({ degradedAfter: 5, failingAfter: 20, disabledAfter: 50 });
const collection = () => integrationCollection(local.integrations.models.Integration);
const stored = () => collection().findOne({ _id: local.integration._id });
const set = (fields: object) => collection().updateOne({ _id: local.integration._id }, { $set: fields });
const count = (by = ladder) => countFailure(collection(), local.integration._id, by);

beforeEach(() => set({ consecutiveFailures: 0, healthStatus: 'healthy', isActive: true, lastErrorAt: null }));

describe('counting a failure', () => {
  it.each([
    [4, 'healthy', 'degraded', true],
    [19, 'degraded', 'failing', true],
    [49, 'failing', 'disabled', false],
    [60, 'disabled', 'disabled', true],
    [0, 'healthy', 'healthy', true],
  ] as const)('after %i, and %s, makes it %s', async (consecutiveFailures, healthStatus, expected, isActive) => {
    await set({ consecutiveFailures, healthStatus });
    const change = await count();
    expect(change?.previousStatus).toBe(healthStatus);
    const after = { consecutiveFailures: consecutiveFailures + 1, healthStatus: expected, isActive };
    expect(change?.after).toMatchObject(after);
    expect(await stored()).toMatchObject(change!.after);
  });

  it('never switches off where that is off', async () => {
    await set({ consecutiveFailures: 99, healthStatus: 'failing' });
    await count(healthLadder({ degradedAfter: 5, failingAfter: 20, disabledAfter: null }));
    expect(await stored()).toMatchObject({ consecutiveFailures: 100, healthStatus: 'failing', isActive: true });
  });

  it('loses none of many at the same time, and gives each its own number', async () => {
    const changes = await Promise.all(Array.from({ length: 30 }, () => count()));
    const numbers = changes.map((change) => change!.after.consecutiveFailures).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    const transitions = changes.filter((change) => change!.previousStatus !== change!.after.healthStatus);
    expect(transitions.map((change) => change!.after.healthStatus).sort()).toEqual(['degraded', 'failing']);
  });

  it('has nobody to count for where the integration is gone', async () => {
    expect(await countFailure(collection(), new Types.ObjectId(), ladder)).toBeNull();
  });
});
