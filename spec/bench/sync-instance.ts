import {
  createIntegrations,
  defineProvider,
  defineSyncItemEvent,
  reduceCheckpointsByMax,
  type SyncSession,
  type SyncSettings,
} from 'express-integrations';
import mongoose from 'mongoose';
import { setTimeout as sleep } from 'node:timers/promises';

/** What is listed: of about 400 bytes. */
export interface BenchItem {
  readonly id: number;
  readonly text: string;
}

export const benchItemSynced = defineSyncItemEvent<BenchItem>('bench.item');

export interface SyncInstanceSettings {
  /** With the name of the database. */
  readonly uri: string;
  /** How long the listener of an item takes; 0: it does nothing. */
  readonly listenerMs?: number;
  readonly sync?: Partial<SyncSettings>;
  readonly jobs?: { readonly enabled?: boolean };
}

/** An integration lists as many items as its metadata say. */
const listing = defineProvider({
  name: 'Listing',
  credentialSchema: { type: 'object' },
  metadataSchema: { type: 'object', properties: { items: { type: 'integer' } }, required: ['items'] },
  async sync(integration, session: SyncSession) {
    for (let id = 1; id <= integration.getMetadata().items; id += 1) {
      await session.dispatch(benchItemSynced(benchItem(id)), { externalId: id, checkpointValue: id });
    }
  },
  // When it is asked for.
  defaultSyncInterval: () => 0,
  defaultRateLimit: () => null,
  reduceCheckpoints: reduceCheckpointsByMax,
});

export function benchItem(id: number): BenchItem {
  return { id, text: 'x'.repeat(370) };
}

/** A started instance that handles what it, or another one, lists. */
export async function openSyncInstance({ uri, listenerMs = 0, sync = {}, jobs = {} }: SyncInstanceSettings) {
  const connection = await mongoose.createConnection(uri).asPromise();
  const integrations = createIntegrations({
    connection,
    encryptionKeys: [{ id: 'bench', secret: Buffer.alloc(32, 7).toString('base64') }],
    logger: false,
    providers: { listing },
    sync,
    jobs,
  });
  integrations.onSyncItem(benchItemSynced, async () => {
    if (listenerMs > 0) await sleep(listenerMs);
  });
  await integrations.start();
  return {
    connection,
    integrations,
    /** An integration that lists so many. */
    create: (items: number) =>
      integrations.create({ provider: 'listing', name: 'Bench', credentials: {}, metadata: { items } }),
    async close() {
      await integrations.close();
      await connection.close();
    },
  };
}

export type SyncInstance = Awaited<ReturnType<typeof openSyncInstance>>;
