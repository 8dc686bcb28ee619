import { randomBytes } from 'node:crypto';
import { mongo, Types } from 'mongoose';
import { beforeAll, describe, expect, it } from 'vitest';
import type { IntegrationDocument } from '../../../lib/index.js';
import type { EndedCli } from '../../support/cli-host.js';
import { secret, useCliProject } from '../../support/cli-project.js';
import { useDatabase } from '../../support/database.js';
import { waitFor } from '../../support/wait-for.js';

const database = useDatabase();
const { cli, integrations, thing, set, stored, keys } = useCliProject(database);
const { IntegrationWebhook, IntegrationRequest, IntegrationLog, IntegrationSyncItem } = integrations.models;
const newer = { id: 'second', secret: randomBytes(32).toString('base64') };
const rotating = () => ({ KEYS: JSON.stringify([newer, ...keys]) });
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
let integration: IntegrationDocument;
let old: IntegrationDocument;

async function webhook(fields: object, body = 'fine'): Promise<string> {
  const made = await IntegrationWebhook.create({
    integrationId: integration._id,
    ...{ provider: 'things', method: 'POST', url: 'https://example.com/', headers: {}, eventType: 'thing.changed' },
    ...{ payload: new mongo.Binary(Buffer.from(body)), availableAt: daysAgo(1), status: 'processed', ...fields },
  });
  return made._id.toHexString();
}

const ids: Record<string, string> = {};
beforeAll(async () => {
  integration = await thing('Main', { count: 1 });
  old = await thing('Other', { count: 1 });
  ids.processed = await webhook({ status: 'processed' });
  ids.failed = await webhook({ status: 'failed' });
  ids.poison = await webhook({ status: 'failed' }, 'poison');
  ids.stale = await webhook({ status: 'processing', lease: 'of a process that died' });
  await webhook({ status: 'processing', lease: 'of one at work', availableAt: daysAgo(-1) });
  const item = { integrationId: integration._id, eventClass: 'spec.thing', status: 'failed' } as const;
  await IntegrationSyncItem.create({ ...item, sequence: 1, syncLogId: new Types.ObjectId(), externalId: '1' });
  const request = { integrationId: integration._id, endpoint: '/', method: 'GET' };
  await IntegrationRequest.collection.insertMany([
    { ...request, createdAt: daysAgo(91) },
    { ...request, createdAt: daysAgo(1) },
  ]);
  const log = { integrationId: integration._id, operation: 'import', status: 'success' };
  await IntegrationLog.collection.insertOne({ ...log, createdAt: daysAgo(366) });
}, 60_000);

describe('`--dry-run`', () => {
  const commands = () =>
    [
      [['sync'], /Main +would begin.*Other +would begin/su],
      [['sync', 'things/Main', '--full'], /Would begin a full sync\./u],
      [['test', 'things/Main'], /Would test things\/Main/u],
      [['items', 'retry', '--all', '--integration', 'things/Main'], /1 item would be queued again\./u],
      [['items', 'skip', '--all', '--integration', 'things/Main', '--reason', 'x'], /1 item would be skipped\./u],
      [['webhooks', 'recover'], /1 stale webhook would be queued again\./u],
      [['webhooks', 'replay', ids.failed!, '--run'], /which is failed, would be handled anew\./u],
      [['webhooks', 'replay', '--all'], /2 webhooks would be handled anew\./u],
      [['circuit', 'open', 'things/Main', '--for', '15m'], /Would hold the circuit open for 15m\./u],
      [['rate-limit', 'set', 'things/Main', '5/minute'], /Would set 5 per 1m until it is cleared\./u],
      [['keys', 'rotate'], /first +2 .*Would seal 2 documents anew\./su],
      [['prune', '--only', 'requests', '--only', 'logs'], /requests +1\nlogs +1\ntotal +2/u],
    ] as const;
  let ended: EndedCli[] = [];
  let before: unknown;
  let after: unknown;
  beforeAll(async () => {
    before = await stored();
    ended = await Promise.all(commands().map(([args]) => cli.run([...args, '--dry-run'], rotating())));
    after = await stored();
  }, 90_000);

  it('says what would be done', () => {
    for (const [index, [, text]] of commands().entries()) expect(ended[index]!.screen).toMatch(text);
    expect(ended.map(({ code }) => code)).toEqual(ended.map(() => 0));
  });

  it('writes nothing', () => expect(after).toEqual(before));
});

describe('the real thing', () => {
  const ended: Record<string, EndedCli> = {};
  beforeAll(async () => {
    const missing = new Types.ObjectId().toHexString();
    const first = {
      recover: ['webhooks', 'recover'],
      missing: ['webhooks', 'replay', missing],
      queued: ['webhooks', 'replay', ids.failed!],
      handled: ['webhooks', 'replay', ids.processed!, '--run'],
      poison: ['webhooks', 'replay', ids.poison!, '--run'],
      show: ['webhooks', 'show', ids.processed!],
      open: ['circuit', 'open', 'things/Main', '--for', '15m'],
      limit: ['rate-limit', 'set', 'things/Main', '5/minute', '--for', '2h'],
      prune: ['prune'],
    };
    const names = Object.entries(first);
    const all = await Promise.all(names.map(([, args]) => cli.run(args)));
    for (const [index, [name]] of names.entries()) ended[name] = all[index]!;
    const [circuit, limit, rotate] = await Promise.all([
      cli.run(['circuit', 'reset', 'things/Main']),
      cli.run(['rate-limit', 'clear', 'things/Main']),
      cli.run(['keys', 'rotate'], rotating()),
    ]);
    Object.assign(ended, { circuit, cleared: limit, rotate });
  }, 120_000);

  it('`webhooks recover` tells how many it has queued again', () => {
    expect(ended.recover).toMatchObject({ code: 0, screen: expect.stringContaining('1 stale webhook queued again.') });
  });

  it('`webhooks replay` says not found of what there is not', () => {
    expect(ended.missing!.screen).toMatch(/There is no webhook .*WEBHOOK_NOT_FOUND/u);
    expect(ended.missing!.code).toBe(1);
  });

  it('`webhooks replay` queues, and does not say that it was handled', () => {
    expect(ended.queued!.screen).toContain('is queued: a process that runs jobs handles it.');
    expect(ended.queued!.code).toBe(0);
  });

  it('`webhooks replay --run` handles here, and ends as the handler did', async () => {
    expect(ended.handled).toMatchObject({ code: 0, screen: expect.stringContaining(`${ids.processed!} processed.`) });
    expect(ended.poison!.code).toBe(1);
    expect(ended.poison!.screen).toContain(`${ids.poison!} failed: cannot be handled.`);
    expect(await IntegrationWebhook.findById(ids.poison)).toMatchObject({ status: 'failed' });
  });

  it('`webhooks show` shows the body', () => expect(ended.show!.screen).toContain('fine'));

  it('`circuit` holds the circuit for a time, and leaves it to itself again', async () => {
    expect(ended.open!.screen).toMatch(/Holds the circuit open for 15m\.\ncalls meet +open/u);
    expect(ended.circuit!.screen).toMatch(/Left the circuit to itself\.\ncalls meet +closed/u);
    expect((await integrations.circuit.inspect(integration)).forced).toBeNull();
  });

  it('`rate-limit` sets a limit for a time, and goes back to the declared one', () => {
    expect(ended.limit!.screen).toMatch(/Set 5 per 1m for 2h\./u);
    expect(ended.limit!.screen).toMatch(/100 per 1m +0 .*set instead +5 per 1m\nset until +20/su);
    expect(ended.cleared!.screen).toMatch(/set instead +-/u);
  });

  it('`prune` tells of each collection how much it has deleted', async () => {
    expect(ended.prune!.screen).toMatch(/requests +1\n(.*\n)*logs +1\n/u);
    expect(await IntegrationRequest.countDocuments()).toBe(1);
  });

  it('`keys rotate` seals everything anew, and shows how far it is', async () => {
    expect(ended.rotate!.screen).toMatch(/Sealing anew .*2 of 2/u);
    expect(ended.rotate!.screen).toContain('Sealed 2 documents anew; 0 remain.');
    const again = await integrations.findOrFail(old._id);
    expect(again.sealedWith).toEqual(['second']);
  });

  it('shows no credentials and no keys', () => {
    const shown = Object.values(ended).map(({ raw }) => raw);
    const secrets = [secret, newer.secret, keys[0]!.secret];
    expect(shown.filter((text) => secrets.some((each) => text.includes(each)))).toEqual([]);
  });
});

describe('Ctrl-C in the middle of a long sync', () => {
  it('ends after the step under way, with 130, and the rest can go on', async () => {
    const slow = await thing('Slow', { count: 5_000, delayMs: 50 });
    const session = cli.open(['sync', slow.id, '--wait'], rotating());
    await session.sees('Syncing');
    session.type('\u0003');
    const { code, screen } = await session.ended;
    expect([code, screen.includes('Interrupted: what was done stays done')]).toEqual([130, true]);
    await waitFor(async () => {
      const run = await integrations.models.IntegrationSyncRun.findOne({ integrationId: slow._id });
      expect(run).toMatchObject({ outcome: null });
    });
    await set(slow, { isActive: false });
  }, 60_000);
});
