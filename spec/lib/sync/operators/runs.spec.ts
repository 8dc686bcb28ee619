import { Types } from 'mongoose';
import { beforeEach, describe, expect, it } from 'vitest';
import type { IntegrationDocument } from '../../../../lib/index.js';
import { syncJobs } from '../../../../lib/sync/job-names.js';
import type { SyncRun } from '../../../../lib/sync/runs/run-collection.js';
import { useOperators } from './operators-world.js';

const { world, operators } = useOperators();
let integration: IntegrationDocument;
let run: SyncRun;

beforeEach(async () => {
  integration = await world.integration();
  run = await world.begin(integration);
});

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);
const notFound = { code: 'SYNC_RUN_NOT_FOUND' };

describe('refinalise()', () => {
  it('has a settled run settle once more', async () => {
    await world.settle(run);
    await operators().refinalise(run._id);
    expect(await world.run(run)).toMatchObject({ phase: 'reopened', lease: null });
    expect(world.jobs).toEqual([{ name: syncJobs.settle, runId: run._id.toHexString() }]);
  });

  it('leaves alone who lists the run at the moment', async () => {
    await world.get().runs.claim(run._id, 'lister');
    await operators().refinalise(run._id);
    expect(await world.run(run)).toMatchObject({ phase: 'listing', lease: 'lister' });
  });

  it('refuses what is no run', async () => {
    await expect(operators().refinalise(new Types.ObjectId())).rejects.toMatchObject(notFound);
    await expect(operators().refinalise('x')).rejects.toMatchObject(notFound);
  });
});

describe('reclaim()', () => {
  const { runs, batches } = { runs: () => world.get().runs, batches: () => world.get().batches };
  const expire = async () => {
    const { models } = world.get();
    await models.IntegrationSyncRun.updateMany({}, { availableAt: ago(1) });
    await models.IntegrationSyncBatch.updateMany({}, { availableAt: ago(1) });
  };
  const jobs = () => world.jobs.map(({ name }) => name).toSorted();

  it('finds runs and batches whose process has vanished, and has them gone on with', async () => {
    await runs().claim(run._id, 'lister');
    await batches().put(run, [new Types.ObjectId()]);
    await batches().claim(run._id, 'worker', { skipCareful: false });
    await expire();
    expect(await operators().reclaim()).toEqual({ runs: 1, batches: 1, items: 0 });
    expect(jobs()).toEqual([syncJobs.drain, syncJobs.run]);
  });

  it('leaves alone what is being worked on', async () => {
    await runs().claim(run._id, 'lister');
    await batches().put(run, [new Types.ObjectId()]);
    await batches().claim(run._id, 'worker', { skipCareful: false });
    expect(await operators().reclaim(integration)).toEqual({ runs: 0, batches: 0, items: 0 });
    expect(jobs()).toEqual([]);
  });

  it.each([null, 'integration'] as const)('puts items into a batch that are in none, of %s', async (whose) => {
    const [lost, stuck, known] = await world.items(run, [
      { status: 'pending', attempts: 1 },
      { status: 'processing' },
      { status: 'pending' },
      { status: 'success' },
      { status: 'failed' },
    ]);
    await batches().put(run, [known!]);
    const target = whose === null ? null : integration;
    expect(await operators().reclaim(target)).toMatchObject({ items: 2 });
    const stored = await world.get().models.IntegrationSyncBatch.find().lean();
    const ids = stored.flatMap((batch) => batch.ids.map(String)).toSorted();
    expect(ids).toEqual([lost, stuck, known].map(String).toSorted());
    expect(await world.item(lost!)).toMatchObject({ status: 'pending', attempts: 1 });
    expect(await operators().reclaim(target)).toMatchObject({ items: 0 });
  });

  it('finds those of settled runs too, of an integration', async () => {
    await world.items(run, [{ status: 'pending' }]);
    await world.settle(run);
    expect(await operators().reclaim(integration)).toMatchObject({ items: 1 });
    expect(await world.run(run)).toMatchObject({ phase: 'reopened' });
  });

  it('looks at no other integration', async () => {
    await world.items(run, [{ status: 'pending' }]);
    expect(await operators().reclaim(await world.integration())).toEqual({ runs: 0, batches: 0, items: 0 });
    expect(jobs()).toEqual([]);
  });
});

describe('pause() and resume()', () => {
  it('take an integration out of the schedule, and put it back', async () => {
    const { syncPausedAt } = await operators().pause(integration);
    expect(syncPausedAt).toBeInstanceOf(Date);
    expect((await operators().pause(integration)).syncPausedAt).toEqual(syncPausedAt);
    expect(await operators().resume(integration)).toMatchObject({ syncPausedAt: null });
  });

  it('make up for what was missed, and leave what is still to come', async () => {
    const later = new Date('2126-01-01');
    await world.set(integration, { nextSyncAt: ago(5), syncPausedAt: ago(10) });
    expect(await operators().resume(integration)).toMatchObject({ nextSyncAt: null });
    await world.set(integration, { nextSyncAt: later, syncPausedAt: ago(10) });
    expect(await operators().resume(integration)).toMatchObject({ nextSyncAt: later });
  });

  it('leave an integration alone that is not paused', async () => {
    const nextSyncAt = ago(5);
    await world.set(integration, { nextSyncAt });
    expect(await operators().resume(integration)).toMatchObject({ nextSyncAt });
  });

  it('refuse what is no integration', async () => {
    const unknown = { code: 'INTEGRATION_NOT_FOUND' };
    await expect(operators().pause(new Types.ObjectId())).rejects.toMatchObject(unknown);
    await expect(operators().resume('x')).rejects.toMatchObject(unknown);
  });
});

describe('runs() and run()', () => {
  it('give the runs of an integration, the newest first, page by page', async () => {
    await world.settle(run);
    const second = await world.settle(await world.begin(integration));
    const [newest] = await operators().runs(integration, { limit: 1 });
    const older = await operators().runs(integration, { after: newest!._id });
    expect([newest!._id, ...older.map(({ _id }) => _id)]).toEqual([second._id, run._id]);
    expect(await operators().run(run._id)).toMatchObject({ phase: 'settled', outcome: 'success' });
  });

  it('refuse what is not there', async () => {
    await expect(operators().run(new Types.ObjectId())).rejects.toMatchObject(notFound);
    await expect(operators().progress(new Types.ObjectId())).rejects.toMatchObject(notFound);
    await expect(operators().progress('x')).rejects.toMatchObject(notFound);
  });
});

describe('missing() and reportMissing()', () => {
  const { models } = { models: () => world.get().models };
  const outcome = { outcome: 'success', phase: 'settled' } as const;

  beforeEach(async () => {
    const seen = ['a', 'b', 'c'].map((externalId) => ({
      ...{ integrationId: integration._id, eventClass: 'spec.item', externalId },
      ...{ lastRunId: new Types.ObjectId(), lastSeenAt: ago(60) },
    }));
    await models().IntegrationSyncEntity.insertMany(seen);
    await models().IntegrationSyncRun.updateOne({ _id: run._id }, { ...outcome, mode: 'full' });
  });

  it('report what a run has refused to report, when they are told to', async () => {
    await expect(operators().reportMissing(run._id)).rejects.toMatchObject({
      code: 'SYNC_MISSING_REFUSED',
      details: { refused: 'tooMany', known: 3, missing: 3 },
    });
    expect(await operators().reportMissing(run._id, { force: true })).toMatchObject({ reported: 3 });
    const first = await operators().missing(integration, { limit: 2 });
    const second = await operators().missing(integration, { after: first[1]!.id });
    expect([...first, ...second].map(({ externalId }) => externalId)).toEqual(['a', 'b', 'c']);
    expect(first[0]).toMatchObject({ eventClass: 'spec.item', missingSince: expect.any(Date) as Date });
  });

  it.each([{ mode: 'incremental' }, { listingError: { message: 'lost' } }, { outcome: 'failed' }, { outcome: null }])(
    'refuse it for a run that says nothing of it, whatever they are told: %o',
    async (changes) => {
      await models().IntegrationSyncRun.updateOne({ _id: run._id }, changes);
      const refused = { code: 'SYNC_MISSING_REFUSED', details: { refused: 'incomplete' } };
      await expect(operators().reportMissing(run._id, { force: true })).rejects.toMatchObject(refused);
      expect(await operators().missing(integration)).toEqual([]);
    },
  );
});
