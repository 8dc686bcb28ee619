import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express, { type Express } from 'express';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
import type { Check, NamedFinding } from '../../../../lib/cli/doctor/finding.js';
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

/** With the remedy. */
const told = async <World>(check: Check<World>, within: World) =>
  (await check.run(within)).map(({ verdict, found, remedy }) => `${verdict}: ${found} → ${remedy ?? 'nothing'}`);

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

  it('keys: those that are missing, and those that are old', async () => {
    const first = instance();
    await create(first);
    expect(await verdicts(encryptionKeys, world(first))).toEqual([
      'ok: The key "a" seals; 1 integration can be opened.',
    ]);
    await closed();
    const rotating = await told(encryptionKeys, world(instance({ keys: ['b', 'a'] })));
    expect(rotating).toEqual([
      'warning: Something is still sealed with former keys: a. → Run `integrations keys rotate`, and only then take those keys away.',
    ]);
    await closed();
    const lost = await told(encryptionKeys, world(instance({ keys: ['b'] })));
    expect(lost).toEqual([
      expect.stringMatching(
        /^problem: 1 sealed value of key "a" cannot be opened: [0-9a-f]{24}\. → Add the key of that id to `encryptionKeys`, as it was; else/u,
      ),
    ]);
  });

  it('keys: those whose secret is another one under the same id', async () => {
    const first = instance();
    await create(first);
    await create(first);
    await closed();
    const other = { id: 'a', secret: key('another').secret };
    const integrations = createIntegrations({
      ...{ connection: database.connection, providers: { senders }, encryptionKeys: [other], logger: memoryLogger() },
    });
    open.push(integrations);
    expect(await told(encryptionKeys, world(integrations))).toEqual([
      expect.stringMatching(
        /^problem: 2 sealed values of key "a" cannot be opened: [0-9a-f]{24}, [0-9a-f]{24}\. → .*as it was/u,
      ),
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
    const [unfit] = await told(providers, world(integrations));
    expect(unfit).toMatch(/^warning: Invalid metadata .*size: expected an integer, got a? ?string.* → Give them/u);
    expect(unfit).not.toContain('large');
    await integrations.models.Integration.collection.updateOne({ _id }, { $set: { provider: 'gone' } });
    expect(await told(providers, world(integrations))).toEqual([
      `problem: 1 integration of the provider 'gone', which is not registered: ${_id.toHexString()}. → Register it in createIntegrations(), or delete what nobody needs any more.`,
    ]);
  });

  it('providers: credentials that a stricter schema does not take, without their values; and none at all', async () => {
    await create(instance());
    await closed();
    const credentialSchema = {
      type: 'object',
      properties: { token: { type: 'integer' } },
      required: ['account'],
    } as const;
    const stricter = { name: 'Senders', credentialSchema, metadataSchema: { type: 'object' } } as const;
    const [unfit] = await told(providers, world(instance({ registered: { senders: stricter } })));
    expect(unfit).toMatch(/^warning: Invalid credentials for integration provider 'senders': .*account.* → Give them/u);
    expect(unfit).not.toContain('a-secret-token');
    await closed();
    expect(await told(providers, world(instance({ registered: {} })))).toEqual([
      expect.stringContaining("'senders', which is not registered"),
      'warning: No provider is registered. → Give createIntegrations() `providers`.',
    ]);
  });

  it('indexes: those that are missing, and those that are others', async () => {
    const integrations = instance();
    expect(await verdicts(indexes, world(integrations))).toEqual(['ok: All are there.']);
    const { collection } = integrations.models.IntegrationMapping;
    const unique = (await collection.indexes()).find((index) => index.unique === true);
    await collection.dropIndex(String(unique?.name));
    const [missing] = await told(indexes, world(integrations));
    expect(missing).toMatch(
      /^problem: 1 index missing: integration_mappings .* unique\. Without the unique ones, nothing keeps duplicates out\. → Run `integrations setup`\.$/u,
    );
    await collection.createIndexes([{ key: unique?.key ?? {}, name: 'by_hand' }]);
    expect(await told(indexes, world(integrations))).toEqual([
      expect.stringMatching(
        /^problem: With other options than needed: integration_mappings .* → `integrations setup --dry-run` says which to drop\.$/u,
      ),
    ]);
    await collection.dropIndex('by_hand');
    await integrations.install();
  });

  it('indexes: all of a collection that is not there', async () => {
    const integrations = instance();
    await integrations.models.IntegrationLog.collection.drop();
    const [missing, ...more] = await told(indexes, world(integrations));
    // None of them is unique.
    expect(missing).toMatch(/^problem: \d+ indexes missing: integration_logs \{.* → Run `integrations setup`\.$/u);
    expect(missing).not.toContain('duplicates');
    expect(more).toEqual([]);
    await integrations.install();
    expect(await verdicts(indexes, world(integrations))).toEqual(['ok: All are there.']);
  });

  describe('jobs', () => {
    const jobCollection = () => database.connection.collection('integration_jobs');
    let before: object[] = [];
    beforeEach(async () => {
      before = await jobCollection().find().toArray();
    });
    afterEach(async () => {
      await jobCollection().deleteMany({});
      await jobCollection().insertMany(before);
    });
    const twoJobs = async () => {
      const [one, other] = (await jobCollection().find().limit(2).toArray()).map(({ name }) => String(name));
      return [String(one), String(other)] as const;
    };
    const hourAgo = () => new Date(Date.now() - 3_600_000);

    it('that are scheduled', async () => {
      expect(await verdicts(jobs, world(instance()))).toEqual([
        expect.stringMatching(/^ok: \d+ recurring jobs scheduled/u),
      ]);
    });

    it('that nobody runs', async () => {
      await jobCollection().updateMany({}, { $set: { nextRunAt: hourAgo() } });
      expect(await told(jobs, world(instance()))).toEqual([
        expect.stringMatching(
          /^problem: Nobody runs jobs: \d+ jobs overdue, "integrations\.[a-z-]+" for 60 min\. → See to it that a process that calls start\(\) runs, with `jobs\.enabled`; or call runDue\(\) every minute\.$/u,
        ),
      ]);
    });

    it('whose worker has died, and not those that run', async () => {
      const integrations = instance();
      const [one, other] = await twoJobs();
      const late = { nextRunAt: hourAgo() };
      await jobCollection().updateOne({ name: one }, { $set: { ...late, lockedAt: new Date() } });
      expect((await verdicts(jobs, world(integrations)))[0]).toMatch(/^ok/u);
      await jobCollection().updateOne({ name: other }, { $set: { ...late, lockedAt: hourAgo() } });
      expect(await verdicts(jobs, world(integrations))).toEqual([expect.stringContaining(`1 job overdue, "${other}"`)]);
    });

    it('that were never scheduled', async () => {
      await jobCollection().deleteMany({});
      expect(await told(jobs, world(instance()))).toEqual([
        'warning: No recurring job is scheduled: no process has ever called start(). → Call `await integrations.start()` in a process that keeps running, or `integrations.runDue()` every minute.',
      ]);
    });

    it('that failed, or were paused', async () => {
      const [one, other] = await twoJobs();
      const at = new Date();
      const failed = { failedAt: at, lastFinishedAt: at, failReason: 'token=hushhush', failCount: 1 };
      await jobCollection().updateOne({ name: one }, { $set: failed });
      await jobCollection().updateOne({ name: other }, { $set: { disabled: true } });
      expect(await told(jobs, world(instance()))).toEqual([
        `warning: 1 job failed: ${one}. → The jobs dashboard, and the log, say why.`,
        `warning: Paused by an operator: ${other}. → Resume them in the jobs dashboard.`,
      ]);
    });

    it('also behind very many of another kind that failed', async () => {
      const integrations = instance();
      const scheduled = before.length;
      const names = Object.keys(integrations.agenda.definitions);
      const stored = new Set((await jobCollection().distinct('name')) as string[]);
      const name = names.find((each) => each.startsWith('integrations.') && !stored.has(each));
      const at = new Date();
      const ended = { name, type: 'normal', nextRunAt: null, failedAt: at, lastFinishedAt: at };
      await jobCollection().insertMany(Array.from({ length: 1_001 }, () => ({ ...ended })));
      expect(scheduled).toBeGreaterThan(0);
      expect((await verdicts(jobs, world(integrations))).join()).not.toContain('No recurring job');
    });
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
    expect(await told(backlog, world(integrations))).toEqual([
      'warning: 1 webhook should have been handled more than five minutes ago. → See that a process runs that has called start(); `integrations webhooks recover` frees what a crash left.',
      'warning: 1 batch of sync items should have been worked on more than five minutes ago. → See that a process runs that has called start(), and listens to the items.',
      'warning: 1 webhook failed. → Replay them: `integrations webhooks replay`.',
      'warning: 1 sync item failed; their cursors wait for them. → Look at them: `integrations items list`; then retry or skip them.',
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
    expect(await told(integrationsHealth, world(integrations))).toEqual([
      `warning: 1 integration must be authorized again: ${String(reauthorize)}. → Have somebody connect them again, or give new credentials.`,
      `warning: 1 integration failing: ${String(failing)}. → See \`integrations health\`, and \`integrations requests failed\`.`,
      `warning: 1 integration switched off by failures: ${String(off)}. → Find out why, and enable them: integrations.enable(id).`,
      `warning: 1 integration without a clean sync for long: ${String(stale)}. → See \`integrations items list\`.`,
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
    const bare = world(integrations, { app: express() });
    expect([...(await told(webhookRoutes, bare)), ...(await told(oauthGuard, bare))]).toEqual([
      'problem: Nothing of this package answers below /integrations. → Mount it: app.use(integrationsRouter({ integrations })).',
      'problem: The OAuth routes answered with 404. → Mount them: app.use(integrationsRouter({ integrations, guard })).',
    ]);
    const redirected = routed(integrations, {}, (app) => app.use((_req, res) => res.redirect('/login')));
    expect(await told(webhookRoutes, redirected)).toEqual([
      'problem: A webhook was answered with 302, by something before the routes. → Let webhooks past log-ins, checks of origin and rewrites: their senders prove themselves by signatures.',
    ]);
    expect(await verdicts(oauthGuard, redirected)).toEqual(['ok: Who is not signed in is refused: 302.']);
  });

  it('find an application that answers everything, and one that is broken', async () => {
    const integrations = instance();
    const everything = routed(integrations, {}, (app) => app.use((_req, res) => res.send('<html>')));
    expect([...(await verdicts(webhookRoutes, everything)), ...(await verdicts(oauthGuard, everything))]).toEqual([
      'problem: A webhook was answered with 200, by something before the routes.',
      'problem: The OAuth routes answered with 200.',
    ]);
    const broken = routed(integrations, {}, (app) => app.use((_req, res) => res.status(503).end()));
    for (const check of [webhookRoutes, oauthGuard]) {
      expect(await told(check, broken)).toEqual(['problem: The application answered with 503. → Its log says why.']);
    }
  });

  it('ask the application at the URL before that of the configuration', async () => {
    const integrations = instance();
    const running = express().use('/below', integrationsRouter({ integrations })).listen(0, '127.0.0.1');
    try {
      await once(running, 'listening');
      const { port } = running.address() as AddressInfo;
      const url = `http://127.0.0.1:${port}/below/`;
      const within = world(integrations, { app: express(), url });
      expect((await verdicts(webhookRoutes, within))[0]).toMatch(/^ok: A webhook without an addressee/u);
      const cut = express().use((_req, res) => void res.socket?.destroy());
      expect((await verdicts(webhookRoutes, world(integrations, { app: cut })))[0]).toMatch(
        /^problem: The application did not answer: \S/u,
      );
    } finally {
      running.close();
    }
  });

  it('find a guard that lets anybody in', async () => {
    const [finding] = await told(oauthGuard, routed(instance(), { guard: () => true }));
    expect(finding).toMatch(/^problem: The guard .* lets anybody in.* → Give integrationsRouter\(\) a `guard` that/u);
  });

  it('say that nothing was tried where there is no application', async () => {
    const within = world(instance());
    const remedy = 'Give the configuration `app`, or pass --url https://….';
    expect(await told(webhookRoutes, within)).toEqual([
      `warning: It was not tried whether webhooks reach the application. → ${remedy}`,
    ]);
    expect(await told(oauthGuard, within)).toEqual([
      `warning: It was not tried whether strangers may connect integrations. → ${remedy}`,
    ]);
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

  const gathered = async (given: AsyncIterable<NamedFinding>) => {
    const findings: NamedFinding[] = [];
    for await (const finding of given) findings.push(finding);
    return findings;
  };

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
    const findings = await gathered(runChecks(all, world(integrations, { app }), new AbortController().signal));
    expect(findings.length).toBeGreaterThanOrEqual(all.length);
    expect(await contents()).toEqual(before);
  });

  it('go on after one that throws, whose message is shown without secrets', async () => {
    const thrown = randomBytes(4).toString('hex');
    const broken = { name: 'broken', run: () => Promise.reject(new Error(`${thrown} token=hushhush`)) };
    const { signal } = new AbortController();
    const findings = await gathered(runChecks([broken, nodeVersion], world(instance()), signal));
    expect(findings.map(({ check, verdict }) => [check, verdict])).toEqual([
      ['broken', 'problem'],
      ['node', 'ok'],
    ]);
    expect(findings[0]?.found).toContain(thrown);
    expect(findings[0]?.found).not.toContain('hushhush');
  });
});
