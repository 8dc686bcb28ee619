import { beforeAll, describe, expect, it } from 'vitest';
import type { IntegrationDocument } from '../../../lib/index.js';
import type { EndedCli, PipedCli } from '../../support/cli-host.js';
import { secret, useCliProject } from '../../support/cli-project.js';
import { useDatabase } from '../../support/database.js';

const database = useDatabase();
const { cli, integrations, thing, set } = useCliProject(database);
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);
const runsOf = ({ _id }: IntegrationDocument) =>
  integrations.models.IntegrationSyncRun.find({ integrationId: _id }).lean();

describe('`sync`', () => {
  const made: Record<string, IntegrationDocument> = {};
  let ended: EndedCli;
  beforeAll(async () => {
    const names = ['Never', 'Healthy', 'Degraded', 'Failing', 'Off', 'Paused'];
    for (const name of names) made[name] = await thing(name, { count: 0 });
    await integrations.create({ provider: 'plain', name: 'Plain', credentials: {}, syncIntervalMinutes: 1 });
    const health = { Degraded: 'degraded', Failing: 'failing' } as const;
    for (const [name, healthStatus] of Object.entries(health)) await set(made[name]!, { healthStatus });
    for (const name of ['Healthy', 'Degraded', 'Failing']) {
      // A clean sync decides when the next one is due; then twenty minutes pass.
      await integrations.findOrFail(made[name]!._id).then((integration) => integration.markSynced());
      const { nextSyncAt } = await integrations.findOrFail(made[name]!._id);
      await set(made[name]!, { nextSyncAt: new Date(nextSyncAt!.getTime() - 20 * 60_000) });
    }
    await set(made.Off!, { isActive: false });
    await set(made.Paused!, { syncPausedAt: ago(1) });
    ended = await cli.run(['sync']);
  }, 60_000);

  it('begins what is due, at once what was never synced', async () => {
    expect(ended.code).toBe(0);
    for (const name of ['Never', 'Healthy']) {
      const [run] = await runsOf(made[name]!);
      expect(ended.screen).toMatch(new RegExp(`${name} +begun +${String(run?._id)}`, 'u'));
    }
  });

  it.each(['Degraded', 'Failing', 'Off', 'Paused'])('leaves alone what is not due: %s', async (name) => {
    expect(await runsOf(made[name]!)).toEqual([]);
    expect(ended.screen).not.toContain(name);
  });
});

describe('`sync <integration> --wait`', () => {
  const ended: Record<string, EndedCli> = {};
  let json: PipedCli;
  beforeAll(async () => {
    const wanted = {
      Clean: { count: 3 },
      Partial: { count: 3, refused: [2] },
      Broken: { breaks: true },
      Json: { count: 2 },
      Elsewhere: { count: 1 },
    };
    for (const [name, metadata] of Object.entries(wanted)) {
      // Not due: jobs that are run here would begin it too.
      await set(await thing(name, metadata), { nextSyncAt: ago(-60) });
    }
    const [clean, partial, broken, unknown, piped] = await Promise.all([
      cli.run(['sync', 'things/Clean', '--wait']),
      cli.run(['sync', 'things/Partial', '--wait']),
      cli.run(['sync', 'things/Broken', '--wait']),
      cli.run(['sync', 'things/Nobody']),
      cli.pipe(['sync', 'things/Json', '--full', '--wait', '--json']),
    ]);
    // By itself: the others would handle its items.
    const elsewhere = await cli.run(['sync', 'things/Elsewhere', '--wait', '--timeout', '1s'], { LISTEN: 'no' });
    Object.assign(ended, { clean, partial, broken, elsewhere, unknown });
    json = piped;
  }, 90_000);

  it('runs the jobs here, shows how far it is, and ends well', () => {
    expect(ended.clean).toMatchObject({ code: 0 });
    expect(ended.clean!.screen).toMatch(/Syncing .*3 of 3/u);
    expect(ended.clean!.screen).toMatch(/success\. 3 succeeded, 0 failed, 0 skipped\./u);
  });

  it('ends with 1 where items failed', () => {
    expect(ended.partial!.code).toBe(1);
    expect(ended.partial!.screen).toMatch(/partial\. 2 succeeded, 1 failed, 0 skipped\./u);
  });

  it('ends with 1, and the reason, where the listing failed', () => {
    expect(ended.broken!.code).toBe(1);
    expect(ended.broken!.screen).toMatch(/failed\. 0 succeeded.* The listing broke\./u);
  });

  it('waits no longer than asked where no process handles items', () => {
    expect(ended.elsewhere!.code).toBe(1);
    expect(ended.elsewhere!.screen).toContain('not over');
  });

  it('ends with 1 for an integration that there is not', () => {
    expect(ended.unknown!.screen).toContain('INTEGRATION_NOT_FOUND');
    expect(ended.unknown!.code).toBe(1);
  });

  it('gives the outcome as JSON', () => {
    expect(JSON.parse(json.stdout)).toMatchObject({ outcome: 'success', succeeded: 2, failed: 0, error: null });
    expect(json.code).toBe(0);
  });
});

describe('`items`', () => {
  const ended: Record<string, EndedCli> = {};
  let failed: readonly { id: string; externalId: string }[] = [];
  const statuses = async () => {
    const items = await integrations.models.IntegrationSyncItem.find({ _id: { $in: failed.map(({ id }) => id) } });
    return new Map(items.map(({ externalId, status, skipReason }) => [externalId, [status, skipReason]]));
  };
  beforeAll(async () => {
    const integration = await thing('Refusing', { count: 4, refused: [1, 2, 3, 4] });
    ended.sync = await cli.run(['sync', integration.id, '--wait']);
    const list = await cli.pipe(['items', 'list', integration.id, '--json']);
    failed = JSON.parse(list.stdout) as typeof failed;
    const [one, two] = failed.map(({ id }) => id);
    const [retry, skip, vague, missing] = await Promise.all([
      cli.run(['items', 'retry', one!]),
      cli.run(['items', 'skip', two!, '--reason', 'Gone upstream']),
      cli.run(['items', 'retry', '--all']),
      cli.run(['items', 'retry', '0123456789abcdef01234567']),
    ]);
    const all = await cli.run(['items', 'skip', '--all', '--integration', integration.id, '--reason', 'All gone']);
    Object.assign(ended, { retry, skip, vague, missing, all });
  }, 90_000);

  it('list: tells which items failed', () => {
    expect(failed.map(({ externalId }) => externalId)).toEqual(['1', '2', '3', '4']);
  });

  it('retry and skip: change the items that are named, or all of an integration', async () => {
    expect([ended.retry!.code, ended.skip!.code, ended.all!.code]).toEqual([0, 0, 0]);
    expect(Object.fromEntries(await statuses())).toEqual({
      1: ['pending', null],
      2: ['skipped', 'Gone upstream'],
      3: ['skipped', 'All gone'],
      4: ['skipped', 'All gone'],
    });
    expect(ended.retry!.screen).toContain('1 item queued again.');
    expect(ended.all!.screen).toContain('2 items skipped.');
  });

  it('retry: changes nothing where it is not said which', () => {
    expect(ended.vague).toMatchObject({
      code: 2,
      screen: expect.stringContaining('--all with --integration or --run'),
    });
  });

  it('retry: ends with 1 for an item that there is not', () => {
    expect(ended.missing).toMatchObject({ code: 1, screen: expect.stringContaining('SYNC_ITEM_NOT_FOUND') });
  });

  it('shows no credentials', () => {
    expect(Object.values(ended).filter(({ raw }) => raw.includes(secret))).toEqual([]);
  });
});
