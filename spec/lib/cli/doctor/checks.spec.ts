import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express, { type Express } from 'express';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { backlog } from '../../../../lib/cli/doctor/checks/backlog.js';
import { clock } from '../../../../lib/cli/doctor/checks/clock.js';
import { encryptionKeys } from '../../../../lib/cli/doctor/checks/encryption-keys.js';
import { indexes } from '../../../../lib/cli/doctor/checks/indexes.js';
import { installations } from '../../../../lib/cli/doctor/checks/installations.js';
import { integrationsHealth } from '../../../../lib/cli/doctor/checks/integrations.js';
import { jobs } from '../../../../lib/cli/doctor/checks/jobs.js';
import { mongodb } from '../../../../lib/cli/doctor/checks/mongodb.js';
import { nodeVersion } from '../../../../lib/cli/doctor/checks/node-version.js';
import { oauthGuard } from '../../../../lib/cli/doctor/checks/oauth-guard.js';
import { providers } from '../../../../lib/cli/doctor/checks/providers.js';
import { webhookRoutes } from '../../../../lib/cli/doctor/checks/webhook-routes.js';
import type { Check } from '../../../../lib/cli/doctor/finding.js';
import { runChecks } from '../../../../lib/cli/doctor/run-checks.js';
import type { InstanceWorld } from '../../../../lib/cli/doctor/world.js';
import {
  createIntegrations,
  integrationsRouter,
  type IntegrationDocument,
  type IntegrationsRouterOptions,
  type ProviderMap,
} from '../../../../lib/index.js';
import { useDatabase } from '../../../support/database.js';
import { memoryLogger } from '../../../support/memory-logger.js';
import { webhookProvider } from '../../../support/webhook-provider.js';

const database = useDatabase();
const key = (id: string) => ({ id, secret: createHash('sha256').update(id).digest('base64') });
const never = () => Promise.reject(new Error('unused'));

/** Takes whatever comes for signed: a check that sends to an integration that there is would have it stored. */
const senders = webhookProvider(() => undefined, {
  metadataSchema: { type: 'object', properties: { size: { type: 'integer' } } },
  ...{ authorizationUrl: () => 'https://id.example', exchangeCode: never, refreshToken: never },
  ...{ revokeToken: () => Promise.resolve(), refreshThreshold: () => 60 },
});

interface Scene {
  readonly keys?: readonly string[];
  readonly registered?: ProviderMap;
}

const open: { close(): Promise<void> }[] = [];

/** Another process of the application, which may be configured otherwise. */
function instance({ keys = ['a'], registered = { senders } }: Scene = {}) {
  const integrations = createIntegrations({
    connection: database.connection,
    providers: registered,
    encryptionKeys: keys.map(key),
    logger: memoryLogger(),
  });
  open.push(integrations);
  return integrations;
}

type Instance = ReturnType<typeof instance>;

const closed = async () => {
  for (const each of open.splice(0)) await each.close();
};

const world = (integrations: Instance, more: Partial<InstanceWorld> = {}): InstanceWorld => ({
  ...{ integrations, app: null, url: null, cwd: process.cwd(), nodeVersion: process.versions.node },
  ...{ signal: new AbortController().signal, ...more },
});

const verdicts = async <World>(check: Check<World>, within: World) =>
  (await check.run(within)).map(({ verdict, found }) => `${verdict}: ${found}`);

const create = (integrations: Instance, name = 'One') =>
  integrations.create({ provider: 'senders', name, credentials: { token: 'a-secret-token' } });

beforeAll(async () => {
  const first = instance();
  await first.start();
  await first.stop();
  await closed();
});
beforeEach(async () => {
  for (const { collectionName } of (await database.connection.db?.collections()) ?? []) {
    if (!collectionName.endsWith('_jobs')) await database.connection.collection(collectionName).deleteMany({});
  }
});
afterEach(closed);

describe('the check of', () => {
  it('Node.js', async () => {
    const host = { cwd: '/', nodeVersion: process.versions.node };
    expect(await verdicts(nodeVersion, host)).toEqual([`ok: Node.js ${process.versions.node}`]);
    const old = await verdicts(nodeVersion, { ...host, nodeVersion: '20.9.0' });
    expect(old).toEqual(['problem: Node.js 20.9.0; 20.19.0 is the oldest supported.']);
  });

  it('MongoDB', async () => {
    const found = await verdicts(mongodb, world(instance()));
    expect(found[0]).toMatch(/^ok: MongoDB \d/u);
    expect(found[1]).toMatch(/standalone|replica set|sharded/u);
    expect(found.filter((each) => each.startsWith('problem: MongoDB'))).toEqual([]);
  });

  it('the clock', async () => {
    const within = world(instance());
    expect(await verdicts(clock, within)).toEqual([expect.stringMatching(/^ok: .* 0/u)]);
    const now = Date.now();
    const clocks = vi.spyOn(Date, 'now').mockReturnValue(now + 10 * 60_000);
    try {
      expect(await verdicts(clock, within)).toEqual([expect.stringMatching(/^problem: This machine is (?:599|600)/u)]);
    } finally {
      clocks.mockRestore();
    }
  });

  it('keys: those that are missing, and those that are old', async () => {
    const first = instance();
    await create(first);
    expect(await verdicts(encryptionKeys, world(first))).toEqual([
      'ok: The key "a" seals; 1 integration can be opened.',
    ]);
    await closed();
    const rotating = await verdicts(encryptionKeys, world(instance({ keys: ['b', 'a'] })));
    expect(rotating).toEqual(['warning: Something is still sealed with former keys: a.']);
    await closed();
    const lost = await verdicts(encryptionKeys, world(instance({ keys: ['b'] })));
    expect(lost).toEqual([
      expect.stringMatching(/^problem: 1 sealed value of key "a" cannot be opened: [0-9a-f]{24}\.$/u),
    ]);
  });

  it('webhook secrets that everybody knows', async () => {
    const plain = { name: 'Plain', credentialSchema: { type: 'object' }, metadataSchema: { type: 'object' } } as const;
    // Entered before the provider received webhooks.
    const before = instance({ registered: { senders: plain } });
    const { id } = await before.create({
      provider: 'senders',
      name: 'Published',
      credentials: { webhookSecret: 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==' },
    });
    expect(await verdicts(encryptionKeys, world(before))).toEqual([expect.stringMatching(/^ok/u)]);
    await closed();
    expect(await verdicts(encryptionKeys, world(instance()))).toEqual([
      `problem: Anybody can sign webhooks for 1 integration: ${id}.`,
    ]);
  });

  it('providers', async () => {
    const integrations = instance();
    const { _id } = await create(integrations);
    expect(await verdicts(providers, world(integrations))).toEqual(['ok: Registered: senders.']);
    await integrations.models.Integration.collection.updateOne({ _id }, { $set: { metadata: { size: 'large' } } });
    const [unfit] = await verdicts(providers, world(integrations));
    expect(unfit).toMatch(/^warning: Invalid metadata .*size: expected an integer, got a? ?string/u);
    expect(unfit).not.toContain('large');
    await integrations.models.Integration.collection.updateOne({ _id }, { $set: { provider: 'gone' } });
    expect(await verdicts(providers, world(integrations))).toEqual([
      `problem: 1 integration of the provider 'gone', which is not registered: ${_id.toHexString()}.`,
    ]);
  });

  it('indexes: those that are missing, and those that are others', async () => {
    const integrations = instance();
    expect(await verdicts(indexes, world(integrations))).toEqual(['ok: All are there.']);
    const { collection } = integrations.models.IntegrationMapping;
    const unique = (await collection.indexes()).find((index) => index.unique === true);
    await collection.dropIndex(String(unique?.name));
    const [missing] = await verdicts(indexes, world(integrations));
    expect(missing).toMatch(/^problem: 1 index missing: integration_mappings .* unique\. Without the unique ones/u);
    await collection.createIndexes([{ key: unique?.key ?? {}, name: 'by_hand' }]);
    expect(await verdicts(indexes, world(integrations))).toEqual([
      expect.stringMatching(/^problem: With other options/u),
    ]);
    await collection.dropIndex('by_hand');
    await integrations.install();
  });

  it('jobs: whether they are scheduled, and whether somebody runs them', async () => {
    const integrations = instance();
    const stored = database.connection.collection('integration_jobs');
    expect(await verdicts(jobs, world(integrations))).toEqual([
      expect.stringMatching(/^ok: \d+ recurring jobs scheduled/u),
    ]);
    const before = await stored.find().toArray();
    await stored.updateMany({}, { $set: { nextRunAt: new Date(Date.now() - 3_600_000) } });
    const overdue = await verdicts(jobs, world(integrations));
    expect(overdue).toEqual([
      expect.stringMatching(/^problem: Nobody runs jobs: \d+ jobs overdue, "integrations\..*60 min/u),
    ]);
    await stored.deleteMany({});
    expect(await verdicts(jobs, world(integrations))).toEqual([expect.stringMatching(/^warning: No recurring job/u)]);
    await stored.insertMany(before);
  });

  it('the backlog', async () => {
    const integrations = instance();
    expect(await verdicts(backlog, world(integrations))).toEqual(['ok: Nothing waits, and nothing has failed.']);
    const longAgo = new Date(Date.now() - 3_600_000);
    const webhook = { provider: 'senders', method: 'POST', url: '/', payload: 'x', availableAt: longAgo } as const;
    await integrations.models.IntegrationWebhook.insertMany([webhook, { ...webhook, status: 'failed' }]);
    const { _id: integrationId } = await create(integrations);
    const [run] = await integrations.models.IntegrationSyncRun.insertMany([
      { integrationId, provider: 'senders', phase: 'draining', availableAt: longAgo },
    ]);
    const batch = { integrationId, syncLogId: run?._id, availableAt: longAgo };
    await integrations.models.IntegrationSyncBatch.insertMany([batch]);
    await integrations.models.IntegrationSyncItem.insertMany([{ integrationId, eventClass: 'e', status: 'failed' }]);
    expect(await verdicts(backlog, world(integrations))).toEqual([
      'warning: 1 webhook should have been handled more than five minutes ago.',
      'warning: 1 batch of sync items should have been worked on more than five minutes ago.',
      'warning: 1 webhook failed.',
      'warning: 1 sync item failed; their cursors wait for them.',
    ]);
  });

  it('integrations that need somebody', async () => {
    const integrations = instance();
    const made: IntegrationDocument[] = [];
    for (const name of ['reauthorize', 'failing', 'off', 'stale', 'well']) made.push(await create(integrations, name));
    expect(await verdicts(integrationsHealth, world(integrations))).toEqual(['ok: 5 integrations, none in trouble.']);
    const changes = [
      { authStatus: 'needsReauthorization' },
      { healthStatus: 'failing' },
      { healthStatus: 'disabled', isActive: false },
      { staleSince: new Date() },
    ];
    for (const [index, $set] of changes.entries()) {
      await integrations.models.Integration.collection.updateOne({ name: made[index]?.name }, { $set });
    }
    const [reauthorize, failing, off, stale] = made.map(({ id }) => id);
    expect(await verdicts(integrationsHealth, world(integrations))).toEqual([
      `warning: 1 integration must be authorized again: ${String(reauthorize)}.`,
      `warning: 1 integration failing: ${String(failing)}.`,
      `warning: 1 integration switched off by failures: ${String(off)}.`,
      `warning: 1 integration without a clean sync for long: ${String(stale)}.`,
    ]);
  });
});

describe('the checks of the routes', () => {
  const routed = (
    integrations: Instance,
    options: IntegrationsRouterOptions = {},
    before?: (app: Express) => unknown,
  ) => {
    const app = express();
    before?.(app);
    app.use(integrationsRouter({ integrations, ...options }));
    return world(integrations, { app });
  };

  it('are content where webhooks and guards are as they should be', async () => {
    const within = routed(instance());
    expect(await verdicts(webhookRoutes, within)).toEqual([
      'ok: A webhook without an addressee is refused, as it should be: INTEGRATION_NOT_FOUND.',
    ]);
    expect(await verdicts(oauthGuard, within)).toEqual(['ok: Who is not signed in is refused: 403.']);
  });

  it('find a body parser in front', async () => {
    const within = routed(instance(), {}, (app) => app.use(express.json()));
    const [finding] = await webhookRoutes.run(within);
    expect(finding).toMatchObject({ verdict: 'problem', remedy: expect.stringContaining('captureRawBody') as string });
  });

  it('find a router that is not mounted, and a log-in in front', async () => {
    const integrations = instance();
    const [bare] = await verdicts(webhookRoutes, world(integrations, { app: express() }));
    expect(bare).toBe('problem: Nothing of this package answers below /integrations.');
    const redirected = routed(integrations, {}, (app) => app.use((_req, res) => res.redirect('/login')));
    expect(await verdicts(webhookRoutes, redirected)).toEqual([
      'problem: A webhook was answered with 302, by something before the routes.',
    ]);
  });

  it('find a guard that lets anybody in', async () => {
    const [finding] = await verdicts(oauthGuard, routed(instance(), { guard: () => true }));
    expect(finding).toMatch(/^problem: The guard .* lets anybody in/u);
  });

  it('say that nothing was tried where there is no application', async () => {
    const [finding] = await verdicts(webhookRoutes, world(instance()));
    expect(finding).toMatch(/^warning: It was not tried/u);
  });
});

describe('the check of installations', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'express-integrations-doctor-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('finds a second copy', async () => {
    const add = async (path: string, version: string) => {
      await mkdir(join(folder, 'node_modules', path), { recursive: true });
      await writeFile(join(folder, 'node_modules', path, 'package.json'), JSON.stringify({ version }));
    };
    const host = { cwd: folder, nodeVersion: '' };
    expect(await verdicts(installations, host)).toEqual([
      'warning: express-integrations was not found here.',
      'warning: mongoose was not found here.',
    ]);
    await add('express-integrations', '0.1.0');
    await add('mongoose', '9.12.1');
    expect(await verdicts(installations, host)).toEqual(['ok: express-integrations 0.1.0', 'ok: mongoose 9.12.1']);
    await add('@acme/models/node_modules/mongoose', '8.0.0');
    expect((await verdicts(installations, host))[1]).toMatch(
      /^warning: 2 copies of mongoose: .*9\.12\.1.*8\.0\.0|8\.0\.0.*9\.12\.1/u,
    );
  });
});

describe('the checks together', () => {
  const all = [
    ...[mongodb, indexes, clock, encryptionKeys, providers],
    ...[webhookRoutes, oauthGuard, jobs, backlog, integrationsHealth],
  ];

  const contents = async () => {
    const found: Record<string, unknown[]> = {};
    for (const { collectionName } of (await database.connection.db?.collections()) ?? []) {
      found[collectionName] = await database.connection.collection(collectionName).find().sort({ _id: 1 }).toArray();
    }
    return found;
  };

  it('change nothing', async () => {
    const integrations = instance();
    await create(integrations);
    const app = express().use(integrationsRouter({ integrations, guard: () => true }));
    const before = await contents();
    const findings = await runChecks(all, world(integrations, { app }), new AbortController().signal);
    expect(findings.length).toBeGreaterThanOrEqual(all.length);
    expect(await contents()).toEqual(before);
  });

  it('go on after one that throws, whose message is shown without secrets', async () => {
    const thrown = randomBytes(4).toString('hex');
    const broken = { name: 'broken', run: () => Promise.reject(new Error(`${thrown} token=hushhush`)) };
    const findings = await runChecks([broken, nodeVersion], world(instance()), new AbortController().signal);
    expect(findings.map(({ check, verdict }) => [check, verdict])).toEqual([
      ['broken', 'problem'],
      ['node', 'ok'],
    ]);
    expect(findings[0]?.found).toContain(thrown);
    expect(findings[0]?.found).not.toContain('hushhush');
  });
});
