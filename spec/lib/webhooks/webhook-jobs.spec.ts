import { beforeAll, describe, expect, it } from 'vitest';
import { useDatabase } from '../../support/database.js';
import { useWebhookInstance } from '../../support/webhook-instance.js';
import { waitFor } from '../../support/wait-for.js';

const database = useDatabase();
const dayMs = 86_400_000;
const world = useWebhookInstance(database, { prefix: 'kept', webhooks: { leaseSeconds: 1_000, retentionDays: 2 } });
const jobs = () => database.connection.collection('kept_jobs');
const webhooks = () => world.integrations.models.IntegrationWebhook.collection;

const runNow = (name: string) => jobs().updateOne({ name }, { $set: { nextRunAt: new Date() } });

describe('a process that runs jobs', () => {
  beforeAll(async () => {
    await waitFor(
      async () =>
        expect(
          await jobs().countDocuments({ name: { $in: ['integrations.recover-webhooks', 'integrations.prune'] } }),
        ).toBe(2),
      {
        timeout: 10_000,
      },
    );
  });

  it.each([
    ['integrations.recover-webhooks', 500_000],
    ['integrations.prune', 3_600_000],
  ])('has %s, every %i ms', async (name, repeatInterval) => {
    expect(await jobs().findOne({ name })).toMatchObject({ repeatInterval });
  });

  it('deletes what was processed too long ago, of all integrations, and nothing else', async () => {
    for (const id of ['old', 'new', 'failed']) await world.send(id, { id });
    await world.settled();
    const old = new Date(Date.now() - 3 * dayMs);
    await webhooks().updateOne({ deliveryId: 'old' }, { $set: { processedAt: old } });
    await webhooks().updateOne({ deliveryId: 'failed' }, { $set: { processedAt: old, status: 'failed' } });
    await runNow('integrations.prune');
    await waitFor(async () => expect(await world.stored()).toHaveLength(2), { timeout: 10_000 });
    expect((await world.stored()).map(({ deliveryId }) => deliveryId)).toEqual(['new', 'failed']);
  });

  it('handles what a process that died has left, as soon as its lease has ended', async () => {
    await world.send('left', { id: 'left' });
    await world.settled();
    const dead = { status: 'processing', lease: 'dead', availableAt: new Date(Date.now() - 1), processedAt: null };
    await webhooks().updateOne({ deliveryId: 'left' }, { $set: { ...dead, attempts: 0 } });
    await runNow('integrations.recover-webhooks');
    await waitFor(() => expect(world.handled).toEqual(['left', 'left']), { timeout: 10_000 });
    expect(await world.settled()).toMatchObject([{ status: 'processed', attempts: 1 }]);
  });
});
