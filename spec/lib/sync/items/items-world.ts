/**
 * What the specs of sync items share: a run of an integration, a writer that lists for it, and drains that handle what
 * was listed, in this process. Jobs are enqueued into a list.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import mongoose, { Types } from 'mongoose';
import { createIntegrations, type IntegrationDocument, type SyncItemEvent } from '../../../../lib/index.js';
import { createBoundSealer } from '../../../../lib/credentials/bound-sealer.js';
import { createKeyRing } from '../../../../lib/credentials/key-ring.js';
import { resolveOptions } from '../../../../lib/options.js';
import { createRedactor } from '../../../../lib/redaction/redactor.js';
import { storedError } from '../../../../lib/request-log/stored-error.js';
import { createItemListeners } from '../../../../lib/sync/item-listeners.js';
import type { BatchOwner } from '../../../../lib/sync/items/batch.js';
import { createBatchStore } from '../../../../lib/sync/items/batch-store.js';
import { createFreshBatches } from '../../../../lib/sync/items/fresh-batches.js';
import { createDrain } from '../../../../lib/sync/items/drain.js';
import { createRunStore } from '../../../../lib/sync/runs/run-store.js';
import { createDrainWaker } from '../../../../lib/sync/items/drain-waker.js';
import {
  createItemWriter,
  type ItemWriter,
  type ItemWriterParts,
  type Listing,
} from '../../../../lib/sync/items/item-writer.js';
import type { SyncSettings } from '../../../../lib/types/sync-settings.js';
import { localProvider } from '../../../support/local-provider.js';
import { memoryLogger } from '../../../support/memory-logger.js';

const key = { id: 'spec', secret: Buffer.alloc(32, 3).toString('base64') };

const syncing = {
  sync: async () => undefined,
  defaultSyncInterval: () => 0,
  defaultRateLimit: () => null,
  reduceCheckpoints: (values: readonly unknown[]) => values.at(-1) ?? null,
};

export interface WorldOptions {
  readonly settings?: Partial<SyncSettings>;
  /** Members of the provider, beside the least it has. */
  readonly provider?: object;
  readonly origin?: string;
  readonly graceMs?: number;
  /** An integration that is there already. */
  readonly integrationId?: string;
}

export type ItemsWorld = Awaited<ReturnType<typeof openItemsWorld>>;

export async function openItemsWorld(uri: string, options: WorldOptions = {}) {
  const connection = await mongoose.createConnection(uri, { monitorCommands: true }).asPromise();
  const { origin = 'http://127.0.0.1:1', provider = {}, integrationId } = options;
  const given = {
    connection,
    encryptionKeys: [key],
    http: { allowedPrivateHosts: ['127.0.0.1'] },
    logger: memoryLogger(),
    sync: options.settings,
    providers: { local: { ...localProvider({ origin }), ...syncing, ...provider } },
  };
  const integrations = createIntegrations(given);
  await integrations.start();
  const integration: IntegrationDocument =
    integrationId === undefined
      ? await integrations.create({ provider: 'local', name: 'Local', credentials: { token: 'a-secret-token-1234' } })
      : await integrations.findOrFail(integrationId);
  const close = async (): Promise<void> => {
    await integrations.close();
    await connection.close();
  };
  return {
    ...queueOf(integrations, resolveOptions(given).sync, options),
    connection,
    integrations,
    integration,
    close,
  };
}

function queueOf(integrations: ReturnType<typeof createIntegrations>, settings: SyncSettings, options: WorldOptions) {
  const { models, logger } = integrations;
  const redactor = createRedactor({ extraKeys: [] });
  const toStoredError = (error: unknown, knownSecrets: readonly string[] = []) =>
    storedError(error, { redactor, knownSecrets });
  const jobs: { readonly name: string; readonly runId: string | undefined }[] = [];
  const drained: string[] = [];
  const queue = {
    enqueue: async (name: string, { runId }: Readonly<Record<string, string>>) => void jobs.push({ name, runId }),
  };
  const listeners = createItemListeners();
  const shared = {
    models,
    store: createRunStore({ model: models.IntegrationSyncRun, leaseMs: 60_000, deferWindowMs: 60_000 }),
    batches: createBatchStore({ models, leaseMs: settings.leaseSeconds * 1_000 }),
    fresh: createFreshBatches(),
    waker: createDrainWaker({ queue, logger }),
    sealer: createBoundSealer(createKeyRing([key])),
    settings,
    logger,
  };
  const drain = createDrain({
    ...shared,
    listeners,
    registry: integrations.providers,
    events: { emit: (name, payload) => emitted.push({ name, ...(payload() as object) }) },
    toStoredError,
    knownSecrets: async (integration) => Object.values(await integration.credentialsArray()).map(String),
    onDrained: async (runId) => void drained.push(runId.toHexString()),
    ...(options.graceMs !== undefined && { graceMs: options.graceMs }),
  });
  const emitted: ({ readonly name: string } & Record<string, unknown>)[] = [];
  const failed: { readonly item: object; readonly error: unknown }[] = [];
  const reopened: string[] = [];
  const writer = (
    run: BatchOwner,
    listing: Partial<Listing> = {},
    other: Partial<Pick<ItemWriterParts, 'batches'>> = {},
  ): ItemWriter =>
    createItemWriter(
      {
        ...shared,
        ...other,
        reopen: async (runId) => reopened.push(runId.toHexString()),
        onFailed: (each) => failed.push(each),
      },
      {
        run,
        firstSequence: 0,
        provider: integrations.providers.get('local').provider,
        signal: new AbortController().signal,
        canWrite: () => true,
        toStoredError,
        ...listing,
      },
    );
  return { ...shared, jobs, drained, emitted, failed, reopened, listeners, drain, writer };
}

/** A run of the integration; nothing of it is stored. */
export function newRun({ integration }: Pick<ItemsWorld, 'integration'>): BatchOwner {
  return { _id: new Types.ObjectId(), integrationId: integration._id };
}

export function numbered(index: number): SyncItemEvent<{ number: number }> {
  return { name: 'spec.item', payload: { number: index } };
}

/** Lists that many items of `spec.item`, with external ids. */
export async function list(world: ItemsWorld, run: BatchOwner, count: number): Promise<void> {
  const writer = world.writer(run);
  for (let index = 0; index < count; index += 1) {
    await writer.add(numbered(index), { externalId: index, checkpointValue: index });
  }
  await writer.flush();
}

/** The items of a run, in order of dispatch, with the fields that are stored once there is something to say. */
export async function itemsOf({ models }: Pick<ItemsWorld, 'models'>, run: BatchOwner) {
  const items = await models.IntegrationSyncItem.find({ syncLogId: run._id }).sort({ sequence: 1 });
  return items.map((item) => item.toObject());
}

export function batchesOf({ models }: Pick<ItemsWorld, 'models'>, run: BatchOwner) {
  return models.IntegrationSyncBatch.find({ syncLogId: run._id }).sort({ _id: 1 }).lean();
}

/** Drains until no batch of the run is left. */
export async function drainAll(world: Pick<ItemsWorld, 'drain' | 'batches'>, run: BatchOwner): Promise<void> {
  const { signal } = new AbortController();
  while (await world.batches.hasAny(run._id)) {
    await world.drain(run._id, signal);
    if (!(await world.batches.hasDue(run._id))) await sleep(20);
  }
}

/** Drains once. */
export function drainOnce(world: Pick<ItemsWorld, 'drain'>, run: BatchOwner): Promise<void> {
  return world.drain(run._id, new AbortController().signal);
}

/** Polls until it holds; fails by the test's own time-out. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(10);
}
