import { describe, expect, it } from 'vitest';
import type { IntegrationDocument } from '../../../../lib/index.js';
import { syncJobs } from '../../../../lib/sync/job-names.js';
import { useSyncWorld } from '../sync-world.js';

const world = useSyncWorld();
const minuteMs = 60_000;
const ago = (minutes: number) => new Date(Date.now() - minutes * minuteMs);
const inMinutes = (minutes: number) => ago(-minutes);

const process = world.schedule;
const tick = () => process().tick(new AbortController().signal);
const runsOf = (integration: Pick<IntegrationDocument, '_id'>) =>
  world.get().models.IntegrationSyncRun.find({ integrationId: integration._id }).lean();
/** Minutes from now to the next sync, as far as the clocks allow to tell. */
async function minutesUntilNext(integration: Pick<IntegrationDocument, '_id'>): Promise<number | null> {
  const { nextSyncAt } = await world.stored(integration);
  return nextSyncAt && Math.round((nextSyncAt.getTime() - Date.now()) / minuteMs);
}

describe('a tick', () => {
  it('begins the first sync of an integration at once, and the next one an interval later', async () => {
    const integration = await world.integration();
    await tick();
    const [run] = await runsOf(integration);
    expect(run).toMatchObject({ phase: 'listing', mode: 'incremental', trigger: 'schedule', isExclusive: true });
    expect(world.jobs).toEqual([{ name: syncJobs.run, runId: run?._id.toHexString() }]);
    expect(await minutesUntilNext(integration)).toBe(10);
  });

  it('begins what is due, and leaves alone what is not', async () => {
    const due = await world.integration();
    const later = await world.integration();
    await world.set(due, { nextSyncAt: ago(1) });
    await world.set(later, { nextSyncAt: inMinutes(1) });
    await tick();
    expect(await runsOf(due)).toHaveLength(1);
    expect(await runsOf(later)).toEqual([]);
  });

  it('goes by the interval of the integration before that of the provider', async () => {
    const integration = await world.integration({ syncIntervalMinutes: 45 });
    await tick();
    expect(await minutesUntilNext(integration)).toBe(45);
  });

  it.each([
    [{ consecutiveSyncFailures: 3 }, 40],
    [{ healthStatus: 'failing' }, 100],
    [{ healthStatus: 'failing', consecutiveSyncFailures: 3 }, 100],
  ])('puts the next sync off where things go wrong: %o', async (fields, expected) => {
    const integration = await world.integration();
    await world.set(integration, { ...fields, nextSyncAt: ago(1) });
    await tick();
    expect(await minutesUntilNext(integration)).toBe(expected);
  });

  it.each([
    ['is switched off', { isActive: false }],
    ['is paused', { syncPausedAt: new Date() }],
    ['was disabled for its health', { healthStatus: 'disabled' }],
  ])('does not begin what %s', async (_what, fields) => {
    const integration = await world.integration();
    await world.set(integration, { ...fields, nextSyncAt: ago(1) });
    await tick();
    expect(await runsOf(integration)).toEqual([]);
  });

  it('leaves alone what has no schedule, and whose provider has no sync', async () => {
    const asked = await world.integration({ provider: 'asked' });
    const plain = await world.integration({ provider: 'plain', syncIntervalMinutes: 5 });
    await tick();
    expect([...(await runsOf(asked)), ...(await runsOf(plain))]).toEqual([]);
  });

  it.each([{ syncIntervalMinutes: 5 }, { syncCron: '* * * * *' }])(
    'begins what has a schedule of its own, where the provider has none: %o',
    async (schedule) => {
      const integration = await world.integration({ provider: 'asked', ...schedule });
      await world.set(integration, { nextSyncAt: ago(1) });
      await tick();
      expect(await runsOf(integration)).toHaveLength(1);
    },
  );

  it('forgets the date of what has lost its schedule', async () => {
    const integration = await world.integration({ provider: 'asked' });
    await world.set(integration, { nextSyncAt: ago(1) });
    await tick();
    expect(await world.stored(integration)).toMatchObject({ nextSyncAt: null });
    expect(await runsOf(integration)).toEqual([]);
  });

  it.each([
    ['of the integration', { syncCron: '0 3 * * *' }],
    ['of the provider', { provider: 'nightly' as const }],
  ])('waits for the first occurrence of a cron expression %s', async (_whose, input) => {
    const integration = await world.integration(input);
    await tick();
    expect(await runsOf(integration)).toEqual([]);
    const { nextSyncAt } = await world.stored(integration);
    expect(nextSyncAt?.toISOString()).toMatch(/T03:00:00\.000Z$/);
  });

  it('makes up for a missed occurrence of a cron expression, once', async () => {
    const integration = await world.integration({ syncCron: '0 3 * * *' });
    await world.set(integration, { nextSyncAt: ago(5_000) });
    await tick();
    await tick();
    expect(await runsOf(integration)).toHaveLength(1);
    expect((await world.stored(integration)).nextSyncAt?.getTime()).toBeGreaterThan(Date.now());
  });

  it('begins no second run beside one under way, and moves the date all the same', async () => {
    const integration = await world.integration();
    const run = await world.begin(integration);
    await tick();
    expect(await runsOf(integration)).toMatchObject([{ _id: run._id }]);
    expect(await minutesUntilNext(integration)).toBe(10);
  });

  it('moves the date also where a run cannot begin, so that nothing is tried all the time', async () => {
    const [broken, sound] = [await world.integration(), await world.integration()];
    const { runs } = world.get();
    const schedule = process({
      runs: {
        begin: (integration, order) =>
          integration._id.equals(broken._id) ? Promise.reject(new Error('broken')) : runs.begin(integration, order),
      },
    });
    await schedule.tick(new AbortController().signal);
    expect(await minutesUntilNext(broken)).toBe(1);
    expect(await runsOf(sound)).toHaveLength(1);
    expect(world.logger.lines).toMatchObject([{ level: 'error', meta: { integrationId: broken.id } }]);
  });

  it('goes through more than fit into a page', async () => {
    const { models } = world.get();
    const like = { provider: 'syncing', isActive: true, healthStatus: 'healthy' };
    await models.Integration.insertMany(
      Array.from({ length: 450 }, (_, index) => ({ ...like, name: `Many ${index}` })),
    );
    await tick();
    expect(await models.IntegrationSyncRun.countDocuments({})).toBe(450);
    expect(await models.Integration.countDocuments({ nextSyncAt: null })).toBe(0);
  });

  it('ends with its signal', async () => {
    const integration = await world.integration();
    await process().tick(AbortSignal.abort());
    expect(await runsOf(integration)).toEqual([]);
  });

  it('of several at once begins one run of each integration', async () => {
    const { models } = world.get();
    for (let made = 0; made < 20; made += 1) await world.integration();
    await Promise.all([tick(), tick(), tick(), tick()]);
    const runs = await models.IntegrationSyncRun.find().lean();
    expect(new Set(runs.map(({ integrationId }) => String(integrationId))).size).toBe(20);
    expect(runs).toHaveLength(20);
  });
});

describe('what a process leaves that dies in a tick', () => {
  /** A process that comes no further than that. */
  const died = new Error('died');
  async function dieAt(parts: Parameters<typeof process>[0]): Promise<void> {
    await expect(process(parts).tick(new AbortController().signal)).rejects.toThrow();
  }

  it('before the job was enqueued is a run that the next tick has driven', async () => {
    const integration = await world.integration();
    await dieAt({ jobs: { enqueue: () => Promise.reject(died) } });
    const [run] = await runsOf(integration);
    await tick();
    expect(await runsOf(integration)).toHaveLength(1);
    expect(world.jobs).toEqual([{ name: syncJobs.run, runId: run?._id.toHexString() }]);
  });

  it('before the date moved is a run that the next tick finds under way', async () => {
    const integration = await world.integration();
    const run = await world.begin(integration);
    await tick();
    expect(await runsOf(integration)).toHaveLength(1);
    expect(world.jobs).toEqual([{ name: syncJobs.run, runId: run._id.toHexString() }]);
    expect(await minutesUntilNext(integration)).toBe(10);
  });
});
