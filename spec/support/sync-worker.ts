/**
 * A process with an instance of its own that syncs things 1 to `things` of one integration. It notes in the collection
 * `notes` where each listing began, what it handled, and each `syncCompleted`. Asked `{ sync: true }` it begins a sync,
 * and answers with what came of that; asked `{ stop: true }` it stops its instance, and says so. Settings: the
 * database's `uri`, the `integrationId`, `things`, `stopAt` (after that one it answers `stopped`, and lists no more;
 * null: it lists all), `saveEvery` (0: never), `leaseSeconds`, `stuckAt` (whose listener ends with the signal alone),
 * `fails` (whether the listing ends with an error) and `signalAt` (the signal that it sends itself, and at which point
 * of the settlement: see `settle-points.ts`).
 */
import { once } from 'node:events';
import mongoose from 'mongoose';
import { createIntegrations } from '../../lib/index.js';
import { signalAtPoint, type SettlePoint } from './settle-points.js';
import { settleMembers, syncProvider, thingSeen, type Lister } from './sync-provider.js';

export interface SyncWorkerSettings {
  readonly uri: string;
  readonly integrationId: string;
  readonly things: number;
  readonly stopAt: number | null;
  readonly saveEvery: number;
  readonly leaseSeconds?: number;
  readonly stuckAt?: number;
  readonly fails?: boolean;
  readonly signalAt?: { readonly point: SettlePoint; readonly signal: 'SIGKILL' | 'SIGSTOP' };
}

/** What a worker notes. */
export interface SyncNote {
  readonly pid: number;
  readonly kind: 'began' | 'handled' | 'completed';
  /** The thing that was handled, or the one that a listing began at. */
  readonly thing: number;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as SyncWorkerSettings;
const connection = await mongoose.createConnection(settings.uri, { monitorCommands: true }).asPromise();
const notes = connection.collection<SyncNote>('notes');
const note = (kind: SyncNote['kind'], thing = 0) => notes.insertOne({ pid: process.pid, kind, thing });

const list: Lister = async (session) => {
  const first = Number(session.listing() ?? 1);
  await note('began', first);
  for (let id = first; id <= settings.things; id += 1) {
    await session.dispatch(thingSeen({ id }), { externalId: id, checkpointValue: id });
    if (settings.saveEvery > 0 && id % settings.saveEvery === 0) await session.saveListing(id + 1);
    if (id !== settings.stopAt) continue;
    process.send?.('stopped');
    await new Promise(() => undefined);
  }
  if (settings.fails === true) throw new Error('The listing ends here');
};

const integrations = createIntegrations({
  connection,
  encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 5).toString('base64') }],
  logger: false,
  jobs: { processEverySeconds: 0.1, lockSeconds: 5 },
  sync: { tickSeconds: 0.2, leaseSeconds: settings.leaseSeconds ?? 2, batchSize: 10 },
  providers: { things: syncProvider(list, settleMembers) },
});
integrations.onSyncItem(thingSeen, async ({ payload, signal }) => {
  await note('handled', payload.id);
  if (payload.id === settings.stuckAt) await once(signal, 'abort');
});
integrations.on('syncCompleted', () => note('completed'));
if (settings.signalAt) signalAtPoint(connection.getClient(), integrations.models, settings.signalAt);
await integrations.start();

process.on('message', (message: { readonly stop?: boolean }) => {
  if (message.stop === true) {
    void integrations.stop().then(() => process.send?.('stopped'));
    return;
  }
  const begun = integrations.syncNow(settings.integrationId);
  // Who is to stop says when he has.
  if (settings.stopAt === null) void begun.then((started) => process.send?.(started));
});
process.send?.('ready');
