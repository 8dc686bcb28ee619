import { beforeEach, describe, expect, it } from 'vitest';
import type { IntegrationDocument } from '../../../../lib/index.js';
import { createMissingItems } from '../../../../lib/sync/missing/create-missing-items.js';
import type { SyncRun } from '../../../../lib/sync/runs/run-collection.js';
import type { MissingEntity } from '../../../../lib/types/missing-entity.js';
import type { IntegrationSyncItemFields } from '../../../../schemas/integration-sync-item.js';
import { useSyncWorld } from '../sync-world.js';

const world = useSyncWorld();
let integration: IntegrationDocument;
let events: MissingEntity[];

beforeEach(async () => {
  integration = await world.integration({ provider: 'watching' });
  events = [];
});

function missingItems(maxMissingShare = 0.5) {
  const { models, integrations } = world.get();
  const emit = (_name: string, payload: () => unknown) => {
    events.push((payload() as { entity: MissingEntity }).entity);
  };
  const { providers: registry } = integrations;
  const { logger } = world;
  return createMissingItems({
    models,
    registry,
    logger,
    settings: { maxMissingShare },
    events: { emit: emit },
  });
}

interface Listing {
  readonly mode?: SyncRun['mode'];
  readonly share?: number;
  readonly changes?: Partial<SyncRun>;
}

const named = (ids: string): Partial<IntegrationSyncItemFields>[] =>
  Array.from(ids, (externalId) => ({ externalId, status: 'success' }));

/** A run that has listed these, each letter an external id; settled, as far as this goes. */
async function list(ids: string, { mode = 'full', share, changes = {} }: Listing = {}) {
  const run = await world.begin(integration, mode);
  await world.items(run, named(ids));
  const ended: SyncRun = { ...run, outcome: 'success', ...changes };
  const report = await say(ended, share);
  await world.settle(run);
  return { run: ended, report };
}

async function say(run: SyncRun, share?: number) {
  const items = missingItems(share);
  await items.noteSeen(run);
  return items.findMissing(run);
}

const entities = () =>
  world.get().models.IntegrationSyncEntity.find({ integrationId: integration._id }).sort({ externalId: 1 });
const missing = async () =>
  (await entities()).filter(({ missingSince }) => missingSince).map(({ externalId }) => externalId);

describe('what a run lists', () => {
  it('is remembered, whatever became of it', async () => {
    const run = await world.begin(integration);
    const statuses = ['success', 'failed', 'skipped', 'pending'] as const;
    await world.items(
      run,
      statuses.map((status) => ({ externalId: status, status })),
    );
    await missingItems().noteSeen(run);
    const found = await entities();
    expect(found.map(({ externalId }) => externalId)).toEqual([...statuses].toSorted());
    for (const entity of found) {
      expect(entity).toMatchObject({
        eventClass: 'spec.item',
        lastRunId: run._id,
        lastSeenAt: run.createdAt,
        missingSince: null,
      });
    }
  });

  it('without an external id is not', async () => {
    const run = await world.begin(integration);
    await world.items(run, [{ externalId: null }]);
    await missingItems().noteSeen(run);
    expect(await entities()).toEqual([]);
  });

  it('is not remembered for a provider that does not ask for it', async () => {
    integration = await world.integration();
    await list('ab');
    expect(await entities()).toEqual([]);
  });

  it('is remembered once, by the latest run that saw it', async () => {
    const first = await list('ab');
    const second = await list('a');
    await say(first.run);
    expect((await entities()).map(({ lastRunId }) => lastRunId)).toEqual([second.run._id, first.run._id]);
  });
});

describe('what a full run does not list any more', () => {
  it('is reported, each once', async () => {
    await list('abcd');
    const { report } = await list('abc');
    expect(report).toEqual({ known: 4, missing: 1, reported: 1, refused: null });
    expect(await missing()).toEqual(['d']);
    await list('abc');
    expect(events.map(({ externalId }) => externalId)).toEqual(['d']);
    expect(events[0]).toMatchObject({ eventClass: 'spec.item', id: (await entities())[3]!.id });
  });

  it('but an incremental run has seen since, is there', async () => {
    await list('abcd');
    const full = await world.begin(integration, 'full');
    await world.items(full, named('abc'));
    await world.settle(full);
    await list('d', { mode: 'incremental' });
    await say({ ...full, outcome: 'success' });
    expect(await missing()).toEqual([]);
  });

  it('is there again when any run lists it', async () => {
    await list('abcd');
    await list('abc');
    await list('d', { mode: 'incremental' });
    expect(await missing()).toEqual([]);
    await list('abc');
    expect(events.map(({ externalId }) => externalId)).toEqual(['d', 'd']);
  });

  it('stays missing when the run is settled once more that had seen it before', async () => {
    const first = await list('abcd');
    await list('abc');
    await say(first.run);
    expect(await missing()).toEqual(['d']);
  });

  it('is kept in the operation log of the run, beside what is there', async () => {
    const { models } = world.get();
    await list('abcd');
    const run = await world.begin(integration, 'full');
    await models.IntegrationLog.create({
      _id: run._id,
      integrationId: integration._id,
      operation: 'sync',
      direction: 'outbound',
      status: 'success',
      metadata: { mode: 'full' },
    });
    await world.items(run, named('abc'));
    await say({ ...run, outcome: 'success' });
    const log = await models.IntegrationLog.findById(run._id).orFail();
    expect(log.metadata).toEqual({ mode: 'full', missing: { known: 4, missing: 1, reported: 1, refused: null } });
  });

  it('is marked to the end by who goes on after a crash', async () => {
    await list('abcdefgh');
    const run = await world.begin(integration, 'full');
    await world.items(run, named('abcdef'));
    await missingItems().noteSeen(run);
    const { collection } = world.get().models.IntegrationSyncEntity;
    await collection.updateOne({ externalId: 'g' }, { $set: { missingSince: new Date() } });
    await say({ ...run, outcome: 'success' });
    expect(await missing()).toEqual(['g', 'h']);
    expect(events.map(({ externalId }) => externalId)).toEqual(['h']);
  });

  it('is told of once where two processes are at it', async () => {
    await list('abcdefgh');
    const run = await world.begin(integration, 'full');
    await world.items(run, named('abcd'));
    await Promise.all([say({ ...run, outcome: 'success' }), say({ ...run, outcome: 'success' })]);
    expect(events.map(({ externalId }) => externalId).toSorted()).toEqual(['e', 'f', 'g', 'h']);
  });

  it('is found among more than fit into a page', async () => {
    const many = Array.from({ length: 1_200 }, (_, index) => ({
      externalId: `id-${index}`,
      status: 'success' as const,
    }));
    const first = await world.begin(integration);
    await world.items(first, many);
    await say(first);
    await world.settle(first);
    const full = await world.begin(integration, 'full');
    await world.items(full, many.slice(0, 100));
    expect(await say({ ...full, outcome: 'partial' }, 1)).toMatchObject({ missing: 1_100, reported: 1_100 });
    expect(events).toHaveLength(1_100);
  });
});

describe('a run that says nothing about what is gone', () => {
  it('is an incremental one', async () => {
    await list('abcd');
    expect((await list('a', { mode: 'incremental' })).report).toBeNull();
    expect(await missing()).toEqual([]);
  });

  it.each([
    ['whose listing ended early', { listingError: { class: 'Error', message: 'lost', code: null, trace: null } }],
    ['that failed', { outcome: 'failed' as const }],
    ['that was cancelled', { outcome: 'cancelled' as const }],
  ])('is one %s', async (_what, changes) => {
    await list('abcd');
    const { report } = await list('abc', { changes });
    expect(report).toMatchObject({ reported: 0, refused: 'incomplete' });
    expect(await missing()).toEqual([]);
  });

  it('is one that would make too much go missing: it says so in the log', async () => {
    await list('abcd');
    const { run, report } = await list('a', { share: 0.5 });
    expect(report).toEqual({ known: 4, missing: 3, reported: 0, refused: 'tooMany' });
    expect(events).toEqual([]);
    expect(world.logger.lines).toMatchObject([{ level: 'warn', meta: { runId: run._id.toHexString(), missing: 3 } }]);
  });

  it('is not one that makes go missing just what is allowed', async () => {
    await list('abcd');
    expect((await list('ab', { share: 0.5 })).report).toMatchObject({ reported: 2, refused: null });
  });

  it('is an empty one', async () => {
    await list('abcd');
    expect((await list('', { share: 0.9 })).report).toMatchObject({ refused: 'tooMany' });
  });
});
