import { beforeEach, describe, expect, it } from 'vitest';
import type { IntegrationDocument } from '../../../../lib/index.js';
import { settleOlderFailures } from '../../../../lib/sync/older-failures/settle-older-failures.js';
import type { SyncRun } from '../../../../lib/sync/runs/run-collection.js';
import type { IntegrationSyncItemFields } from '../../../../schemas/integration-sync-item.js';
import { useSyncWorld } from '../sync-world.js';

const world = useSyncWorld();
type Status = IntegrationSyncItemFields['status'];

let integration: IntegrationDocument;
let stuck: { item: string; failedRuns: number }[];

beforeEach(async () => {
  integration = await world.integration();
  stuck = [];
});

/** As settling does it; events are noted. */
function settleFailures(run: SyncRun, stuckAfterRuns = 5) {
  const { models } = world.get();
  const emit = (_name: string, payload: () => unknown) => {
    const { item, failedRuns } = payload() as { item: { id: string }; failedRuns: number };
    stuck.push({ item: item.id, failedRuns });
  };
  return settleOlderFailures({ models, settings: { stuckAfterRuns }, events: { emit: emit } }, { ...run, listed: 1 });
}

/** A run that has seen one item, which ended like this; settled. */
async function runWith(status: Status, item: Partial<IntegrationSyncItemFields> = {}, stuckAfterRuns?: number) {
  const run = await world.begin(integration);
  const [id] = await world.items(run, [{ externalId: 'poison', status, ...item }]);
  const result = await settleFailures(run, stuckAfterRuns);
  await world.settle(run);
  return { run, id: id!, result };
}

describe('a failed item of an earlier run', () => {
  it.each(['success', 'skipped', 'failed'] as const)('is superseded by one of this run that is %s', async (status) => {
    const earlier = await runWith('failed');
    const { result } = await runWith(status);
    expect(result).toEqual({ superseded: 1, stuck: 0 });
    expect(await world.item(earlier.id)).toMatchObject({ status: 'skipped', skipReason: 'superseded' });
  });

  it('stays where this run has not seen the same', async () => {
    const earlier = await runWith('failed');
    await runWith('success', { externalId: 'other' });
    await runWith('success', { eventClass: 'spec.other' });
    expect(await world.item(earlier.id)).toMatchObject({ status: 'failed', skipReason: null });
  });

  it('stays where it has no external id: nobody knows whether it is the same', async () => {
    const earlier = await runWith('failed', { externalId: null });
    await runWith('success', { externalId: null });
    expect(await world.item(earlier.id)).toMatchObject({ status: 'failed', failedRuns: 0 });
  });

  it('stays where it is of another integration', async () => {
    const earlier = await runWith('failed');
    integration = await world.integration();
    await runWith('success');
    expect(await world.item(earlier.id)).toMatchObject({ status: 'failed' });
  });

  it('stays where an operator has it tried again at the moment', async () => {
    const earlier = await runWith('pending');
    await runWith('success');
    expect(await world.item(earlier.id)).toMatchObject({ status: 'pending' });
  });

  it('of a later run stays when an earlier one is settled once more', async () => {
    const earlier = await runWith('success');
    const later = await runWith('failed');
    await settleFailures(earlier.run);
    expect(await world.item(later.id)).toMatchObject({ status: 'failed' });
  });

  it('is found among more than fit into a page', async () => {
    const poisons = Array.from({ length: 1_100 }, (_, index) => ({ externalId: `poison-${index}` }));
    const first = await world.begin(integration);
    await world.items(
      first,
      poisons.map((item) => ({ ...item, status: 'failed' })),
    );
    await world.settle(first);
    const second = await world.begin(integration);
    await world.items(
      second,
      poisons.map((item) => ({ ...item, status: 'success' })),
    );
    expect(await settleFailures(second)).toEqual({ superseded: 1_100, stuck: 0 });
    expect(await world.get().models.IntegrationSyncItem.find({ status: 'failed' })).toEqual([]);
  });
});

describe('an item that fails run after run', () => {
  it('is listed once, and counted', async () => {
    for (let runs = 1; runs <= 3; runs += 1) await runWith('failed');
    const failed = await world.get().models.IntegrationSyncItem.find({ status: 'failed' });
    expect(failed.map(({ failedRuns }) => failedRuns)).toEqual([3]);
  });

  it('is stuck when it has failed in as many runs as the option says, which is told once', async () => {
    const ended = [];
    for (let runs = 1; runs <= 5; runs += 1) ended.push(await runWith('failed', {}, 3));
    expect(ended.map(({ result }) => result.stuck)).toEqual([0, 0, 1, 0, 0]);
    expect(stuck).toEqual([{ item: ended[2]?.id.toHexString(), failedRuns: 3 }]);
  });

  it('is stuck once more when it has succeeded in between', async () => {
    for (const status of ['failed', 'failed', 'success', 'failed', 'failed'] as const) await runWith(status, {}, 2);
    expect(stuck.map(({ failedRuns }) => failedRuns)).toEqual([2, 2]);
  });

  it('may be stuck at its first failure', async () => {
    const { id, run } = await runWith('failed', {}, 1);
    await settleFailures(run, 1);
    expect(stuck).toEqual([{ item: id.toHexString(), failedRuns: 1 }]);
  });

  it('is counted once, however often its run is settled', async () => {
    await runWith('failed', {}, 2);
    const { id, run } = await runWith('failed', {}, 2);
    await settleFailures(run, 2);
    expect((await world.item(id)).failedRuns).toBe(2);
    expect(stuck).toHaveLength(1);
  });

  it('is counted right where a process died when the streak had passed on, and the older one still counted', async () => {
    const first = await runWith('failed', {}, 2);
    const second = await runWith('failed', {}, 2);
    await world.get().models.IntegrationSyncItem.updateOne({ _id: first.id }, { status: 'failed', skipReason: null });
    await settleFailures(second.run, 2);
    expect(await world.item(first.id)).toMatchObject({ status: 'skipped', skipReason: 'superseded' });
    expect((await world.item(second.id)).failedRuns).toBe(2);
    expect(stuck).toHaveLength(1);
  });
});
