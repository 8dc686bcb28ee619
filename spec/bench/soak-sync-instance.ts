import { createIntegrations, defineProvider, defineSyncItemEvent, reduceCheckpointsByMax } from 'express-integrations';
import mongoose from 'mongoose';
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface SoakSyncSettings {
  /** With the name of the database. */
  readonly uri: string;
  /** What upstream has: items 1 to so many. */
  readonly items: number;
  readonly leaseSeconds: number;
  /** How long a listener takes, in milliseconds: about this, by the item. */
  readonly listenerMs: number;
  /** The file that this process writes what it has handled to, an id a line; null: it runs no jobs. */
  readonly sink: string | null;
}

interface SoakItem {
  readonly id: number;
  readonly text: string;
}

const pageSize = 100;
export const soakItemSynced = defineSyncItemEvent<SoakItem>('soak.item');

/** An instance of the soak of syncs. What its listener does is outside of MongoDB, and outlives a kill. */
export async function openSoakInstance({ uri, items, leaseSeconds, listenerMs, sink }: SoakSyncSettings) {
  const connection = await mongoose.createConnection(uri, { serverSelectionTimeoutMS: 5_000 }).asPromise();
  const integrations = createIntegrations({
    connection,
    encryptionKeys: [{ id: 'soak', secret: Buffer.alloc(32, 7).toString('base64') }],
    logger: false,
    providers: { upstream: upstreamWith(items) },
    sync: { leaseSeconds, tickSeconds: 1, batchSize: 100, itemBackoff: [1] },
    jobs: { enabled: sink !== null, lockSeconds: leaseSeconds },
  });
  integrations.onSyncItem(soakItemSynced, async ({ payload: { id }, attempt }) => {
    await sleep(listenerMs * (0.5 + (id % 11) / 10));
    if (id % 97 === 0 && attempt === 1) throw new Error('Every now and then, the first attempt fails.');
    if (sink !== null) appendFileSync(sink, `${String(id)}\n`);
  });
  await integrations.start();
  return { connection, integrations };
}

/** Lists page by page, and can go on where a killed listing was. */
function upstreamWith(items: number) {
  return defineProvider({
    name: 'Upstream',
    credentialSchema: { type: 'object' },
    metadataSchema: { type: 'object' },
    async sync(_integration, session) {
      session.expect(items);
      for (let first = Number(session.listing() ?? 1); first <= items; first += pageSize) {
        await session.saveListing(first);
        for (let id = first; id < Math.min(first + pageSize, items + 1); id += 1) {
          await session.dispatch(soakItemSynced({ id, text: 'x'.repeat(370) }), {
            externalId: id,
            checkpointValue: id,
          });
        }
        await sleep(25);
      }
    },
    defaultSyncInterval: () => 0,
    defaultRateLimit: () => null,
    reduceCheckpoints: reduceCheckpointsByMax,
  });
}
