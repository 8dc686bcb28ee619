import { Types } from 'mongoose';
import { beforeEach, expect, it } from 'vitest';
import type { IntegrationDocument, IntegrationOverview } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localToken, useLocalInstance } from '../../support/local-instance.js';

const database = useDatabase();
const upstream = useHttpServer();
const local = useLocalInstance(database, upstream);
const withoutCircuit = useLocalInstance(database, upstream, { prefix: 'no_circuit', circuit: { enabled: false } });

let integration: IntegrationDocument;

beforeEach(async () => {
  integration = await local.integrations.create({ provider: 'local', name: 'Own', credentials: { token: localToken } });
});

async function overviewOf(target: IntegrationDocument = integration): Promise<IntegrationOverview> {
  const [overview] = await local.integrations.overview({ target });
  return overview!;
}

async function store(fields: object): Promise<void> {
  await local.integrations.models.Integration.collection.updateOne({ _id: integration._id }, { $set: fields });
}

it('tells of a new integration that nothing is wrong', async () => {
  expect(await overviewOf()).toEqual({
    ...{ id: integration.id, provider: 'local', name: 'Own', isActive: true, isRegistered: true },
    ...{ healthStatus: 'healthy', consecutiveFailures: 0, lastErrorAt: null, openIncident: null },
    ...{ authStatus: 'none', needsReauthorization: false, grantEndedAt: null },
    ...{ circuit: 'closed', suppressedUntil: null },
    ...{ lastSyncedAt: null, nextSyncAt: null, syncPausedAt: null, consecutiveSyncFailures: 0, isStale: false },
    ...{ failedSyncItems: 0, failedWebhooks: 0 },
  });
});

it('tells of an integration that has to be connected again', async () => {
  const grantEndedAt = new Date();
  await store({ authStatus: 'needsReauthorization', grantEndedAt });
  expect(await overviewOf()).toMatchObject({
    ...{ authStatus: 'needsReauthorization', needsReauthorization: true, grantEndedAt },
  });
});

it('tells of failures, and of the incident that they are', async () => {
  for (let count = 0; count < 20; count += 1) await integration.recordFailure();
  const { consecutiveFailures, healthStatus } = await local.integrations.findOrFail(integration._id);
  const incident = await local.integrations.incidents.current(integration);
  expect(incident).not.toBeNull();
  expect(await overviewOf()).toMatchObject({
    ...{ consecutiveFailures, healthStatus, openIncident: incident?.severity, lastErrorAt: expect.any(Date) },
  });
});

it('tells what calls meet: the circuit with the operator’s word, and how long the other API wants none', async () => {
  await local.integrations.circuit.force(integration, 'open');
  expect((await overviewOf()).circuit).toBe('open');
  await local.integrations.circuit.release(integration);
  upstream.answer((_request, response) => response.writeHead(429, { 'retry-after': '300' }).end());
  await integration
    .at('/busy')
    .withAttempts(1)
    .get()
    .catch(() => undefined);
  const { circuit, suppressedUntil } = await overviewOf();
  expect(circuit).toBe('closed');
  expect(suppressedUntil).toEqual((await local.integrations.rateLimits.inspect(integration)).suppressedUntil);
  expect(suppressedUntil).toBeInstanceOf(Date);
});

it('forgets an operator’s word, and a wish of the other API, whose time is over', async () => {
  const past = new Date(Date.now() - 60_000);
  await local.integrations.circuit.force(integration, 'open');
  await database.connection
    .collection<{ _id: string }>(local.integrations.models.IntegrationGate.collection.collectionName)
    .updateOne({ _id: integration.id }, { $set: { 'circuit.forced.until': past, suppressUntil: past } });
  expect(await overviewOf()).toMatchObject({ circuit: 'closed', suppressedUntil: null });
});

it('says that the circuit is off where the options say so', async () => {
  const [overview] = await withoutCircuit.integrations.overview({ target: withoutCircuit.integration });
  expect(overview?.circuit).toBe('disabled');
});

it('tells how syncs stand, and what of them has failed', async () => {
  const [lastSyncedAt, nextSyncAt, staleSince] = [new Date(1), new Date(2), new Date(3)];
  await store({ lastSyncedAt, nextSyncAt, staleSince, consecutiveSyncFailures: 3 });
  const { IntegrationSyncItem, IntegrationWebhook } = local.integrations.models;
  const item = { integrationId: integration._id, eventClass: 'a' };
  await IntegrationSyncItem.collection.insertMany(
    ['failed', 'failed', 'success', 'pending'].map((status) => ({ ...item, status })),
  );
  const webhook = { provider: 'local', method: 'POST', url: '/', headers: {}, availableAt: new Date() };
  await IntegrationWebhook.collection.insertMany([
    { ...webhook, integrationId: integration._id, status: 'failed' },
    { ...webhook, integrationId: integration._id, status: 'processed' },
    { ...webhook, integrationId: new Types.ObjectId(), status: 'failed' },
  ]);
  expect(await overviewOf()).toMatchObject({
    ...{ lastSyncedAt, nextSyncAt, isStale: true, consecutiveSyncFailures: 3, failedSyncItems: 2, failedWebhooks: 1 },
  });
});

it('tells of integrations that are switched off, and of those whose provider nobody here knows', async () => {
  await local.integrations.disable(integration);
  await store({ provider: 'retired' });
  expect(await overviewOf()).toMatchObject({ isActive: false, isRegistered: false, provider: 'retired' });
});

it('comes page by page, without secrets', async () => {
  const all = await local.integrations.overview();
  const first = await local.integrations.overview({ limit: 1 });
  const rest = await local.integrations.overview({ after: first[0]?.id ?? null });
  expect([...first, ...rest]).toEqual(all);
  expect(JSON.stringify(all)).not.toContain(localToken);
  expect(all.flatMap((each) => Object.keys(each))).not.toContain('credentials');
});
