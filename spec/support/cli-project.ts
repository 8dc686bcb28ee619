/**
 * A host's project for the command line, and an instance of this process on the same database, to prepare and to look.
 *
 *     const { cli, integrations } = useCliProject(database);
 *     await integrations.create({ provider: 'things', name: 'A', credentials, metadata: { count: 3 } });
 *     await cli.run(['sync', 'things', '--wait']);
 *
 * The provider `things` lists as many items as `metadata.count` says, and its listener refuses those that
 * `metadata.refused` names. `plain` can do nothing.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { createIntegrations, reduceCheckpointsByMax, type IntegrationDocument } from '../../lib/index.js';
import { useCli, type CliHost } from './cli-host.js';
import type { Database } from './database.js';
import { webhookProvider } from './webhook-provider.js';

const config = `
import mongoose from 'mongoose';
import { createIntegrations, defineSyncItemEvent, RateLimit, reduceCheckpointsByMax } from 'express-integrations';

const seen = defineSyncItemEvent('spec.thing');
const plain = { name: 'Plain', credentialSchema: { type: 'object' }, metadataSchema: { type: 'object' } };
const things = {
  ...plain,
  name: 'Things',
  async sync({ metadata }, session) {
    if (metadata.breaks) throw new Error('The listing broke.');
    session.expect(metadata.count);
    for (let id = 1; id <= metadata.count; id += 1) {
      await session.dispatch(seen({ id, ...metadata }), { externalId: id, checkpointValue: id });
    }
  },
  defaultSyncInterval: () => 15,
  defaultRateLimit: () => RateLimit.perMinute(100),
  reduceCheckpoints: reduceCheckpointsByMax,
  async healthCheck(integration) {
    const { token } = await integration.getCredentials();
    if (integration.metadata.health === 'throws') {
      throw Object.assign(new Error('refused ' + token), { code: 'ECONNRESET' });
    }
    return integration.metadata.health !== 'bad';
  },
  webhookSecretScope: 'application',
  verifyWebhookSignature: () => true,
  resolveWebhookEvent: () => 'thing.changed',
  webhookDeliveryId: () => null,
  webhookHandlers: () => ({}),
  async handleWebhook(_integration, request) {
    if (request.rawBody.toString() === 'poison') throw new Error('cannot be handled');
  },
};
const integrations = createIntegrations({
  connection: mongoose.connection,
  providers: { things, plain },
  encryptionKeys: JSON.parse(process.env.KEYS),
  sync: { itemTries: 1, jitter: 0 },
  webhooks: { tries: 1 },
  jobs: { processEverySeconds: 0.2 },
});
if (process.env.LISTEN !== 'no') {
  integrations.onSyncItem(seen, async ({ payload }) => {
    if (payload.delayMs) await new Promise((resolve) => setTimeout(resolve, payload.delayMs));
    if (payload.refused?.includes(payload.id)) throw new Error('refused');
  });
}
// What applications print must not get in the way of results.
console.log('The application says hello.');
export default integrations;
`;

export interface CliProject {
  readonly cli: CliHost;
  readonly integrations: ReturnType<typeof createIntegrations>;
  readonly keys: readonly { readonly id: string; readonly secret: string }[];
  /** An integration of `things`, with a secret that must not be shown. */
  thing(name: string, metadata?: object): Promise<IntegrationDocument>;
  /** Past Mongoose. */
  set(integration: Pick<IntegrationDocument, '_id'>, fields: object): Promise<unknown>;
  /** All that is stored, by collection. */
  stored(): Promise<Record<string, unknown[]>>;
}

/** In the credentials of all integrations of these projects. */
export const secret = 'tok-' + randomBytes(12).toString('hex');

export function useCliProject(database: Database, files: Readonly<Record<string, string>> = {}): CliProject {
  const keys = [{ id: 'first', secret: randomBytes(32).toString('base64') }];
  const cli = useCli({ 'integrations.config.mjs': config, ...files }, () => ({
    MONGODB_URI: database.uri,
    KEYS: JSON.stringify(keys),
  }));
  // What is done here needs no more of them; the command line has the real ones.
  const members = {
    sync: () => Promise.resolve(),
    defaultSyncInterval: () => 15,
    defaultRateLimit: () => null,
    reduceCheckpoints: reduceCheckpointsByMax,
  };
  const plain = { name: 'Plain', credentialSchema: { type: 'object' }, metadataSchema: { type: 'object' } } as const;
  const integrations = createIntegrations({
    connection: database.connection,
    providers: { things: webhookProvider(() => undefined, members), plain },
    encryptionKeys: keys,
    jobs: { enabled: false },
    logger: false,
  });
  beforeAll(() => integrations.install(), 60_000);
  afterAll(() => integrations.close());
  return {
    ...{ cli, integrations, keys },
    thing: (name, metadata = {}) =>
      integrations.create({
        provider: 'things',
        name,
        credentials: { token: secret },
        metadata: { count: 3, ...metadata },
      }),
    set: ({ _id }, fields) => integrations.models.Integration.collection.updateOne({ _id }, { $set: fields }),
    async stored() {
      const names = (await database.connection.listCollections()).map(({ name }) => name).toSorted();
      const all = names.map(async (name) => [
        name,
        await database.connection.collection(name).find().sort({ _id: 1 }).toArray(),
      ]);
      return Object.fromEntries(await Promise.all(all)) as Record<string, unknown[]>;
    },
  };
}
