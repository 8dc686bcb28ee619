import mongoose, { Schema, Types } from 'mongoose';
import { createIntegrations, RateLimit, type HandlesWebhooks, type IntegrationWebhookFields } from '../../lib/index.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { countBacklog } from '../../lib/cli/doctor/backlog-counts.js';
import { freeName } from '../../lib/cli/install/store-candidate.js';
import { integrationCollection } from '../../lib/integration-store/integration-collection.js';
import { createConnectionQueries } from '../../lib/oauth/connect/connection-queries.js';
import { createFlowStore } from '../../lib/oauth/connect/flow-store.js';
import { refreshAhead } from '../../lib/oauth/refresh-ahead.js';
import { createRefreshQueries } from '../../lib/oauth/refresh-queries.js';
import { prunablesAt } from '../../lib/prune/prunables.js';
import { pruneTargets } from '../../lib/prune/prune-target.js';
import { createServerClock } from '../../lib/server-clock.js';
import { createInbox, type WebhookCollection } from '../../lib/webhooks/inbox.js';
import { newWebhook } from '../../lib/webhooks/new-webhook.js';
import { pruneWebhooks } from '../../lib/webhooks/prune-webhooks.js';
import { createRecipients } from '../../lib/webhooks/recipients.js';
import { createWebhookLeases } from '../../lib/webhooks/webhook-leases.js';
import { createWebhookOrder } from '../../lib/webhooks/webhook-order.js';
import { createWebhookRequest } from '../../lib/webhooks/webhook-request.js';
import { findLoadable } from '../../middleware/find-loadable.js';
import type { IntegrationDocument } from '../../schemas/integration.js';
import { useDatabase } from '../support/database.js';
import { explainCommands } from '../support/explained-commands.js';
import { signingProvider } from '../support/webhook-receiver.js';

const database = useDatabase();
const connection = mongoose.createConnection();

const acme = {
  name: 'Acme',
  credentialSchema: { type: 'object' },
  metadataSchema: { type: 'object' },
} as const;

const integrations = createIntegrations({
  connection,
  providers: { acme, rare: acme },
  encryptionKeys: [{ id: 'current', secret: Buffer.alloc(32, 1).toString('base64') }],
  logger: false,
});
const { models } = integrations;

/** The collections that grow with the application; the others hold fewer, for the sake of the time that the seed takes. */
const large: readonly string[] = ['Integration', 'IntegrationRequest'];
const CHUNK = 10_000;

/** Ids in the order of their index, as the clock would make them. */
const idOf = (kind: number, index: number): Types.ObjectId =>
  new Types.ObjectId(kind.toString(16).padStart(8, '0') + index.toString(16).padStart(16, '0'));

const kinds = { integration: 1, request: 2, log: 3, item: 4, team: 5, batch: 6, run: 7, webhook: 8 };
const start = Date.UTC(2026, 0, 1);

/** Those at the end of a hundred have been renamed since. */
const installedAs = (index: number) => ({
  ...{ provider: 'acme', name: `${index % 100 === 98 ? 'Former' : 'Integration'} ${index}` },
  ...{ ownerType: null, ownerId: null },
});

type Seed = (index: number) => object;

/** The integration that the queries are about has a hundredth of all documents. */
const busyIntegration = idOf(kinds.integration, 0);
const integrationOfDocument = (index: number): Types.ObjectId => idOf(kinds.integration, index % 100 === 0 ? 0 : index);

const seeds: Record<keyof typeof models, Seed> = {
  Integration: (index) => ({
    _id: idOf(kinds.integration, index),
    provider: index % 200 === 0 ? 'rare' : 'acme',
    name: `Integration ${index}`,
    credentials: null,
    tokens: null,
    credentialVersion: 0,
    sealedWith: [index % 50 === 0 ? 'old' : 'current'],
    metadata: { account: index, region: ['eu', 'us'][index % 2] },
    ...(index % 3 === 0
      ? { ownerType: null, ownerId: null }
      : { ownerType: 'Team', ownerId: idOf(kinds.team, index % 20_000) }),
    ...(index % 2 === 0 && { installedAs: installedAs(index) }),
    isActive: index % 10 !== 9,
    healthStatus: 'healthy',
    authStatus: 'none',
    consecutiveFailures: 0,
    lastErrorAt: null,
    lastSyncedAt: null,
    syncIntervalMinutes: index % 4 === 0 ? 60 : null,
    nextSyncAt: index % 4 === 0 ? new Date(index % 100 === 0 ? start : start * 2) : null,
    syncCursor: null,
    tokenRefreshAt: index % 100 === 1 ? new Date(index % 1000 === 1 ? start : start * 2) : null,
    grantEndedAt: null,
  }),
  IntegrationRequest: (index) => ({
    _id: idOf(kinds.request, index),
    integrationId: integrationOfDocument(index),
    endpoint: '/issues',
    method: 'GET',
    retryOfId: index % 50 === 49 ? idOf(kinds.request, index - 1) : null,
    relatedType: index % 20 === 0 ? 'Order' : null,
    relatedId: index % 20 === 0 ? index : null,
    // Few of many: a tenth of the busy integration's, and some of the others'.
    error: index % 1000 < 2 ? { class: 'Error', message: 'failed', code: null, trace: null } : null,
    durationMs: index % 300,
    attempts: [],
  }),
  IntegrationLog: (index) => ({
    _id: idOf(kinds.log, index),
    integrationId: integrationOfDocument(index),
    operation: ['sync', 'import', 'webhook', 'export'][((index / 100) % 4) | 0],
    direction: 'outbound',
    status: ['success', 'success', 'failed', 'processing'][((index / 400) % 4) | 0],
    parentId: index % 1000 === 0 ? null : idOf(kinds.log, index - (index % 1000)),
    requests: [],
    requestCount: 0,
  }),
  IntegrationMapping: (index) => ({
    integrationId: integrationOfDocument(index),
    externalId: `external-${index}`,
    internalType: 'Order',
    internalId: index,
  }),
  IntegrationWebhook: (index) => ({
    _id: idOf(kinds.webhook, index),
    integrationId: integrationOfDocument(index),
    provider: 'acme',
    // Of half of them the sender gives no id.
    deliveryId: index % 2 === 0 ? `delivery-${index}` : null,
    bodyKey: index % 2 === 0 ? null : `body-${index}`,
    bodyKeyExpiresAt: index % 2 === 0 ? null : new Date(index === 1001 ? start : start * 2),
    orderingKey: `order-${index % 1000}`,
    availableAt: new Date(webhookStatus(index) === 'processing' ? start + index : start * 2),
    lease: webhookStatus(index) === 'processing' ? 'of a process that died' : null,
    processedAt: new Date(index % 1000 === 3 ? start - 100 * 86_400_000 : start * 2),
    error: null,
    status: webhookStatus(index),
    requests: [],
    requestCount: 0,
  }),
  IntegrationSyncItem: (index) => ({
    _id: idOf(kinds.item, index),
    integrationId: integrationOfDocument(index),
    batchId: idOf(kinds.batch, (index / 500) | 0),
    syncLogId: idOf(kinds.log, ((index / 5000) | 0) * 1000),
    eventClass: 'acme.order',
    externalId: `external-${index}`,
    sequence: index,
    status: itemStatus(index),
    requests: [],
    requestCount: 0,
  }),
  IntegrationSyncRun: (index) => ({
    _id: idOf(kinds.run, index),
    integrationId: integrationOfDocument(index),
    provider: 'acme',
    // An integration has one that is exclusive.
    isExclusive: index === 0 || index % 1000 === 1,
    phase: index === 0 || index % 1000 === 1 ? (['listing', 'draining'][index % 2] ?? 'listing') : 'settled',
    lease: null,
    availableAt: new Date(start + index),
    settledAt: index === 0 || index % 1000 === 1 ? null : new Date(start + index * 1000),
    ...(index % 3 !== 0 && { storedItems: ['some', 'none'][index % 2] }),
  }),
  IntegrationSyncBatch: (index) => ({
    integrationId: integrationOfDocument(index),
    syncLogId: idOf(kinds.run, index % 100 === 0 ? 0 : index),
    ids: [],
    availableAt: new Date(start + index),
    lease: null,
    isCareful: false,
  }),
  IntegrationSyncEntity: (index) => ({
    integrationId: integrationOfDocument(index),
    eventClass: 'acme.order',
    externalId: `external-${index}`,
    lastRunId: idOf(kinds.run, index % 1000 === 0 ? 0 : 1),
    missingSince: index % 5000 === 0 ? new Date(start + index) : null,
  }),
  IntegrationIncident: (index) => ({
    integrationId: integrationOfDocument(index),
    // At most one of each integration is open.
    status: index === 0 || index % 1000 === 1 ? 'open' : 'closed',
    openedAt: new Date(start + index),
    lastSignalAt: new Date(start + index),
    closedAt: index === 0 || index % 1000 === 1 ? null : new Date(start + index),
  }),
  IntegrationGate: (index) => ({
    _id: index % 2 === 0 ? idOf(kinds.integration, index).toHexString() : `key:${index}`,
    integrationId: index % 2 === 0 ? idOf(kinds.integration, index) : null,
  }),
  IntegrationIdempotencyKey: (index) => ({
    integrationId: integrationOfDocument(index),
    key: `key-${index}`,
    state: ['in_progress', 'unknown'][(index % 2000) / 500] ?? 'completed',
    leaseUntil: new Date(start + index * 1000),
  }),
  IntegrationResponse: (index) => ({
    _id: `${integrationOfDocument(index).toHexString()}:${index}`,
    integrationId: integrationOfDocument(index),
    endpoint: `/things/${index % 1000}`,
    tags: [`tag-${index % 1000}`],
    storedAt: new Date(start),
    expireAt: new Date(Date.UTC(2999, 0)),
  }),
  IntegrationOAuthFlow: (index) => ({
    _id: `flow-${index}`,
    integrationId: integrationOfDocument(index),
    provider: 'acme',
    expiresAt: new Date(Date.UTC(2999, 0)),
  }),
};

/** Most are processed; those that are not are the busy integration's. */
function webhookStatus(index: number): string {
  return { 0: 'failed', 100: 'pending', 200: 'processing' }[index % 1000] ?? 'processed';
}

/** Most are done; of the busy integration's too. */
function itemStatus(index: number): string {
  return ['pending', 'processing', 'failed', 'skipped'][(index % 2000) / 100] ?? 'success';
}

async function seed(name: keyof typeof models, count: number): Promise<void> {
  const { collection } = models[name];
  for (let first = 0; first < count; first += CHUNK) {
    const documents = Array.from({ length: CHUNK }, (_, offset) => {
      const at = new Date(start + (first + offset) * 1000);
      return { ...seeds[name](first + offset), createdAt: at, updatedAt: at };
    });
    await collection.insertMany(documents, { ordered: false, writeConcern: { w: 1, journal: false } });
  }
}

/** A model of the application, with the records that the mappings of the busy integration lead to. */
const Order = connection.model('Order', new Schema({ _id: Number, number: String }));

let busy: IntegrationDocument;

beforeAll(async () => {
  await connection.openUri(database.uri, { monitorCommands: true });
  for (const name of Object.keys(seeds) as (keyof typeof models)[])
    await seed(name, large.includes(name) ? 100_000 : 20_000);
  await Order.insertMany(Array.from({ length: 200 }, (_, index) => ({ _id: 100 * index })));
  await integrations.install();
  busy = await integrations.findOrFail(busyIntegration);
}, 180_000);

afterAll(async () => {
  await integrations.close();
  await connection.close();
});

const team = { type: 'Team', id: idOf(kinds.team, 8) };
const rareOwner = { type: 'Team', id: idOf(kinds.team, 200) };
const middle = idOf(kinds.integration, 50_000);
const logs = () => models.IntegrationLog;
const items = () => models.IntegrationSyncItem;

const webhooks: WebhookCollection = connection.collection(models.IntegrationWebhook.collection.collectionName);
const inbox = createInbox({ model: models.IntegrationWebhook, storeWithinMs: 10_000 });
const webhookRequest = createWebhookRequest({ method: 'POST', url: '', headers: {}, rawBody: Buffer.alloc(0) });
const webhookProvider = { key: 'rare', provider: signingProvider() };
/** Anew each time: they remember what they have found. */
const webhookRecipients = () =>
  createRecipients({
    ...{ model: models.Integration, registry: integrations.providers, maxCandidates: 100 },
    logger: integrations.logger,
  });

function deliveryOf(same: Partial<IntegrationWebhookFields>): IntegrationWebhookFields {
  const said = {
    provider: 'acme',
    integrationId: busyIntegration,
    eventType: null,
    deliveryId: null,
    orderingKey: null,
  };
  const facts = { _id: new Types.ObjectId(), sealed: null, now: start, lease: null, leaseMs: 1, sameBodyMs: 1e12 };
  return { ...newWebhook({ ...said, request: webhookRequest }, facts), ...same };
}

const minutesSinceSeed = Math.ceil((Date.now() - start) / 60_000);

const queries: Record<string, () => Promise<unknown>> = {
  'find() by id': () => integrations.find(busyIntegration),
  'find() by name': () => integrations.find({ name: 'Integration 70000' }),
  'find() by provider': () => integrations.find({ provider: 'rare' }),
  'find() by provider and name': () => integrations.find({ provider: 'acme', name: 'Integration 70001' }),
  'find() by owner': () => integrations.find({ owner: team }),
  'find() by provider and owner': () => integrations.find({ provider: 'acme', owner: team }),
  'find() by nothing that exists': () => integrations.find({ provider: 'acme', name: 'nobody' }),
  'find() of what is switched off': () => integrations.find({ isActive: false }),
  'find() by provider of what is switched off': () => integrations.find({ provider: 'acme', isActive: false }),
  'list()': () => integrations.list(),
  'list() of a later page': () => integrations.list({ after: middle }),
  'list() of a large provider': () => integrations.list({ provider: 'acme', after: middle }),
  'list() of a small provider': () => integrations.list({ provider: 'rare' }),
  'list() of an owner': () => integrations.list({ owner: team }),
  'list() of nobody': () => integrations.list({ owner: null, after: middle }),
  'list() of a provider and an owner': () => integrations.list({ provider: 'acme', owner: team }),
  'list() of a provider and nobody': () => integrations.list({ provider: 'rare', owner: null }),
  'list() of what is switched on': () => integrations.list({ isActive: true }),
  'list() of what is switched off': () => integrations.list({ isActive: false, after: middle }),
  'list() of a provider, of what is switched off': () => integrations.list({ provider: 'acme', isActive: false }),
  'list() of nobody, of what is switched off': () => integrations.list({ owner: null, isActive: false }),
  'update()': () => integrations.update(busyIntegration, { metadata: { a: 1 } }),
  'update() of credentials': () => integrations.update(busyIntegration, { credentials: { a: 1 } }),
  'enable() and disable()': async () => {
    await integrations.disable(busyIntegration);
    await integrations.enable(busyIntegration);
  },
  'delete()': () => integrations.delete(idOf(kinds.integration, 12_345)),
  'loadIntegration(provider) of an owner': () =>
    // Of its several integrations it looks at two.
    expect(findLoadable(integrations, { provider: 'rare', owner: rareOwner })).rejects.toMatchObject({
      code: 'INTEGRATION_AMBIGUOUS',
    }),
  'loadIntegration(provider, { id })': () =>
    findLoadable(integrations, { provider: 'acme', owner: null, id: idOf(kinds.integration, 21).toHexString() }),
  'loadIntegration(provider, { name })': () =>
    findLoadable(integrations, { provider: 'acme', owner: null, name: 'Integration 21' }),
  'ownedBy()': () => models.Integration.find().ownedBy(team).exec(),
  'forProvider()': () => models.Integration.find().forProvider('rare').exec(),
  'dueForSync()': () => models.Integration.find().dueForSync().exec(),
  'requests() of an integration, the newest first': () => busy.requests().sort({ createdAt: -1 }).limit(50).exec(),
  'all requests() of an integration': () => busy.requests().exec(),
  'logs() of an integration, the newest first': () => busy.logs().sort({ createdAt: -1 }).limit(50).exec(),
  'successful() logs of an integration': () => busy.logs().successful().exec(),
  'failed() logs of an integration': () => busy.logs().failed().sort({ createdAt: -1 }).limit(20).exec(),
  'logs forOperation() of an integration': () =>
    busy.logs().forOperation('export').sort({ createdAt: -1 }).limit(20).exec(),
  'topLevel() logs of an integration': () => busy.logs().topLevel().sort({ createdAt: -1 }).limit(20).exec(),
  'recent() logs of an integration': () =>
    busy
      .logs()
      .recent((Date.now() - start) / 3_600_000 - 5)
      .exec(),
  'mappings() of an integration': () => busy.mappings().exec(),
  'mapExternalId()': () => busy.mapExternalId('external-0', { type: 'Order', id: 0 }),
  'remapExternalId()': () => busy.remapExternalId('external-100', { type: 'Order', id: 100 }),
  'resolveMapping()': () => busy.resolveMapping('external-200', Order),
  'resolveMappings()': () => busy.resolveMappings(['external-300', 'external-400', 'nothing'], Order),
  'upsertByExternalId() of a known id': () => busy.upsertByExternalId('external-500', Order, { number: 'A-5' }),
  'upsertByExternalId() of a new id': () => busy.upsertByExternalId('new', Order, { _id: 1, number: 'A-1' }),
  'findExternalId()': () => busy.findExternalId({ type: 'Order', id: 600 }),
  'findOrphans()': () => busy.findOrphans(Order),
  'findOrphans() of a later page': () =>
    busy.findOrphans(Order, { after: { kind: 'mapping', externalId: 'external-7' } }),
  'webhooks() of an integration, the newest first': () => busy.webhooks().sort({ createdAt: -1 }).limit(50).exec(),
  'failed() webhooks of all': () => models.IntegrationWebhook.find().failed().exec(),
  'pending() and processing() webhooks of all': async () => {
    await models.IntegrationWebhook.find().pending().exec();
    await models.IntegrationWebhook.find().processing().exec();
  },
  'staleProcessing() webhooks': () => models.IntegrationWebhook.find().staleProcessing(60).exec(),
  'a webhook for one integration': async () => {
    const recipients = webhookRecipients();
    await recipients.candidates(webhookProvider, busyIntegration.toHexString(), webhookRequest);
  },
  'a webhook for one of several integrations': async () => {
    // There are more than may be tried.
    const few = webhookRecipients().candidates(webhookProvider, null, webhookRequest);
    await expect(few).rejects.toMatchObject({ code: 'WEBHOOK_AMBIGUOUS' });
  },
  'a webhook whose provider looks for integrations by their metadata': async () => {
    const resolveIntegration: HandlesWebhooks['resolveIntegration'] = async (_request, { find }) =>
      (await find({ account: [400, 70_000], region: ['eu', null] })).map(({ _id }) => _id);
    const looking = { ...webhookProvider, provider: signingProvider({ resolveIntegration }) };
    await expect(webhookRecipients().candidates(looking, null, webhookRequest)).resolves.toHaveLength(2);
  },
  'a webhook whose id came before': () => inbox.receive(deliveryOf({ deliveryId: 'delivery-400' })),
  'a webhook whose id came before, and failed': () => inbox.receive(deliveryOf({ deliveryId: 'delivery-1000' })),
  'a webhook whose body came before': () => inbox.receive(deliveryOf({ bodyKey: 'body-401' })),
  'a webhook whose body came before, long ago': () => inbox.receive(deliveryOf({ bodyKey: 'body-1001' })),
  'webhooks that a dead process has left': async () => {
    const leases = createWebhookLeases(webhooks, 60_000);
    await leases.recover();
    const held = await leases.claim('of this process', 100);
    expect(held.length).toBeGreaterThan(10);
    await leases.nextDueInMs();
    await leases.renew(held);
    await leases.showProcessing(held);
  },
  'webhooks that share an ordering key': async () => {
    const order = createWebhookOrder(webhooks, 60_000);
    const webhook = (await webhooks.findOne({ _id: idOf(kinds.webhook, 3100) }))!;
    await order.takeTurn({ webhook, token: 'of nobody' });
    await order.freeNext(webhook);
    await order.retake(webhook, 'of this process too');
  },
  'pruneWebhooks()': () => pruneWebhooks({ webhooks, clock: createServerClock(connection), retentionDays: 90 }),
  'prune(), as far as it looks for what is old': async () => {
    const retention = { requestsDays: 90, logsDays: 90, syncItemsDays: 90, syncRunsDays: 90 };
    const settings = { ...retention, syncEntitiesDays: 90, incidentsDays: 90 };
    // Some twenty of each.
    const now = start + 90 * 86_400_000 + 20_000;
    const prunables = prunablesAt({ models, settings, webhookDays: 90 }, now, pruneTargets);
    for (const prunable of Object.values(prunables)) {
      await prunable?.count();
      for await (const { size } of prunable?.chunks({ isDry: true }) ?? []) expect(size).toBeGreaterThan(0);
    }
  },
  'syncItems() of an integration, the newest first': () => busy.syncItems().sort({ createdAt: -1 }).limit(50).exec(),
  'pending() items of an integration': () => busy.syncItems().pending().exec(),
  'what was installed under a name, and has another one now': () => freeName(models.Integration, installedAs(70_098)),
  'what is left undone, for doctor': () => countBacklog(models, new Date(start)),
  'processing() items of an integration': () => items().find().forIntegration(busyIntegration).processing().exec(),
  'failed() items of an integration': () => busy.syncItems().failed().exec(),
  'inFlight() items of an integration': () => busy.syncItems().inFlight().exec(),
  'the number of inFlight() items of an integration': () => busy.syncItems().inFlight().countDocuments().exec(),
  'failed() items of a run': () => items().find().forSyncLog(idOf(kinds.log, 4000)).failed().exec(),
  'skipped() items of a run': () => items().find().forSyncLog(idOf(kinds.log, 4000)).skipped().exec(),
  'successful() items of a run': () => items().find().forSyncLog(idOf(kinds.log, 4000)).successful().exec(),
  'inFlight() items of a batch': () => items().find().forBatch(idOf(kinds.batch, 40)).inFlight().exec(),
  'failed() items of a batch': () => items().find().forBatch(idOf(kinds.batch, 40)).failed().exec(),
  'populate of retryOf, retries and integration': () =>
    models.IntegrationRequest.find({ _id: { $in: [48, 49, 98, 99].map((index) => idOf(kinds.request, index)) } })
      .populate(['retryOf', 'retries', 'integration'])
      .exec(),
  'populate of one retries': () =>
    models.IntegrationRequest.findById(idOf(kinds.request, 48)).populate('retries').exec(),
  'populate of parent and children': () =>
    logs()
      .find({ _id: { $in: [2000, 3000, 3001].map((index) => idOf(kinds.log, index)) } })
      .populate(['parent', 'children'])
      .exec(),
  'populate of one children': () => logs().findById(idOf(kinds.log, 5000)).populate('children').exec(),
  'populate of syncLog': () => items().findById(idOf(kinds.item, 100)).populate(['syncLog', 'integration']).exec(),
  'incidents.current()': () => integrations.incidents.current(busyIntegration),
  'incidents.list() of what is open': () => integrations.incidents.list({ status: 'open' }),
  'incidents.list() of what is closed': () => integrations.incidents.list({ status: 'closed' }),
  'incidents.list() of all': () => integrations.incidents.list(),
  'incidents.list() of an integration': () => integrations.incidents.list({ integration: busyIntegration }),
  'incidents.closeStale()': () => integrations.incidents.closeStale(),
  'circuit.inspect()': () => integrations.circuit.inspect(busyIntegration),
  'circuit.force() and release()': async () => {
    await integrations.circuit.force(busyIntegration, 'disabled');
    await integrations.circuit.release(busyIntegration);
  },
  'a cached call': () =>
    busy
      .at('cached')
      .withCache(60)
      .get(() => 1),
  'cache.invalidate() of an endpoint': () =>
    integrations.cache.invalidate(busyIntegration, { endpoint: '/things/100' }),
  'cache.invalidate() of a pattern': () => integrations.cache.invalidate(busyIntegration, { endpoint: '/none/*' }),
  'cache.invalidate() of a tag': () => integrations.cache.invalidate(busyIntegration, { tag: 'tag-200' }),
  'cache.invalidate() of an integration': () => integrations.cache.invalidate(busyIntegration),
  'rateLimits.override(), inspect() and clearOverride()': async () => {
    await integrations.rateLimits.override(busyIntegration, RateLimit.perMinute(10));
    await integrations.rateLimits.inspect(busyIntegration);
    await integrations.rateLimits.clearOverride(busyIntegration);
  },
  'recordFailure() and recordSuccess()': async () => {
    await busy.recordFailure();
    await busy.recordSuccess();
  },
  'overview() of all, and of one': async () => {
    await integrations.overview();
    await integrations.overview({ target: busyIntegration });
  },
  'stats() of all, and of one': async () => {
    await integrations.stats();
    await integrations.stats({ target: busyIntegration });
  },
  'requests.list() of all': async () => {
    const { next } = await integrations.requests.list();
    await integrations.requests.list({ after: next });
  },
  'requests.list() of an integration': async () => {
    const { next } = await integrations.requests.list({ target: busyIntegration });
    await integrations.requests.list({ target: busyIntegration, after: next });
  },
  'requests.list() of what failed': async () => {
    await integrations.requests.list({ failed: true });
    await integrations.requests.list({ failed: true, target: busyIntegration });
  },
  'requests.show()': () => integrations.requests.show(idOf(kinds.request, 700)),
  'failureSummary()': () => integrations.failureSummary(busyIntegration, { minutes: minutesSinceSeed }),
  'checkFailureRate() of one': () => integrations.checkFailureRate(busyIntegration),
  'checkStaleness() of one': () => integrations.checkStaleness(busyIntegration),
  'a write, its repetition and inspect()': async () => {
    const write = () =>
      busy
        .at('/charges')
        .withIdempotencyKey('key', { onRepeat: 'result' })
        .post(() => 'done');
    await write();
    await write();
    await integrations.idempotency.inspect(busyIntegration, 'key');
  },
  'a write whose outcome nobody knows, and settle()': async () => {
    const write = busy
      .at('/charges')
      .withIdempotencyKey('unknown')
      .post(() => Promise.reject(new Error('lost')));
    await expect(write).rejects.toThrow('lost');
    await integrations.idempotency.settle(busyIntegration, 'unknown', 'executed');
  },
  'idempotency.sweep()': () => integrations.idempotency.sweep(),
  'idempotency.listUnknown() of an integration': () => integrations.idempotency.listUnknown(busyIntegration),
  'idempotency.listUnknown() of all, of a later page': () =>
    integrations.idempotency.listUnknown(null, { after: idOf(0, 0) }),
  'a connection that is begun, completed and cancelled': async () => {
    const flows = createFlowStore(models.IntegrationOAuthFlow, 60_000);
    const flow = { _id: 'new', integrationId: busyIntegration, provider: 'acme', user: null, browserHash: 'x' };
    const rest = { codeVerifier: 'x', redirectUri: 'x', issuer: null, requiresIssuer: false, returnTo: null };
    await flows.begin({ ...flow, ...rest });
    await flows.consume('flow-700');
    await flows.cancel(busyIntegration);
  },
  'a token refresh': async () => {
    const refreshes = createRefreshQueries(integrationCollection(models.Integration), 60_000);
    const { credentialVersion } = (await refreshes.read(busyIntegration))!;
    const row = (await refreshes.acquire(busyIntegration, credentialVersion, 'of this process'))!;
    await refreshes.renew(busyIntegration, 'of this process');
    const times = { tokenExpiresAt: null, tokenRefreshAt: null };
    const saved = await refreshes.save(row, { tokens: 'x', sealedWith: ['current'], grantedScopes: null, ...times });
    await refreshes.release(saved!, 'of nobody', { waitMs: 1, isAnswerLost: false });
    await refreshes.giveBack(saved!, 'of nobody');
    await refreshes.endGrant(saved!, 'of nobody');
  },
  // Behind it, because there is nothing to refresh any more afterwards.
  'a connection that is stored and ended': async () => {
    const queries = createConnectionQueries(integrationCollection(models.Integration));
    const row = await queries.read(busyIntegration);
    const times = { tokenExpiresAt: null, tokenRefreshAt: null };
    const account = { grantedScopes: null, connectedAccount: null, isOtherAccount: false };
    const connected = await queries.connect(row!, { tokens: 'x', ...times, ...account });
    await queries.disconnect(connected!);
  },
  'tokens that are to be refreshed ahead': async () => {
    const refreshed = vi.fn(() => Promise.resolve());
    const parts = { model: models.Integration, tokens: { refreshAhead: refreshed }, logger: integrations.logger };
    await refreshAhead(parts, new AbortController().signal);
    expect(refreshed).toHaveBeenCalledTimes(100);
  },
  'the requests of a related record': () =>
    models.IntegrationRequest.find({ relatedType: 'Order', relatedId: 400 }).sort({ createdAt: -1 }).exec(),
};

describe('every query of the package', () => {
  it.each(Object.entries(queries))('%s is served by an index', async (_name, query) => {
    const commands = await explainCommands(connection, query);
    expect(commands).not.toEqual([]);
    const slow = commands.filter(
      ({ scansCollection, examined, found }) => scansCollection || examined > 2 * Math.max(found, 1),
    );
    expect(slow).toEqual([]);
  });
});

describe('rotateKeys()', () => {
  it('goes along the ids of what is kept, a thousand at a time: it happens too rarely for an index of its own', async () => {
    const kept: readonly string[] = [
      models.IntegrationWebhook,
      models.IntegrationSyncItem,
      models.IntegrationIdempotencyKey,
    ].map(({ collection }) => collection.collectionName);
    const commands = await explainCommands(connection, () => integrations.rotateKeys({ dryRun: true }));
    const ofKept = commands.filter(({ collection }) => kept.includes(collection));
    expect(new Set(ofKept.map(({ collection }) => collection))).toEqual(new Set(kept));
    expect(ofKept.filter(({ scansCollection, examined }) => scansCollection || examined > 1_000)).toEqual([]);
  });
});

describe('the seed', () => {
  it('is large, and the integration in question has its share of it', async () => {
    expect(await models.Integration.estimatedDocumentCount()).toBeGreaterThan(99_990);
    expect(await models.IntegrationRequest.estimatedDocumentCount()).toBeGreaterThan(99_990);
    for (const documents of [busy.requests(), busy.logs(), busy.mappings(), busy.webhooks(), busy.syncItems()]) {
      expect(await documents.countDocuments().exec()).toBeGreaterThanOrEqual(200);
    }
  });
});
