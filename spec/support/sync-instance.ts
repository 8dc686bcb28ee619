/**
 * An instance whose provider, `things`, lists what the spec says, with jobs that run, and quick settings.
 *
 *     const world = useSyncInstance(database);
 *     world.list = listThings(1, 2, 3);
 *     await world.integrations.sync(world.integration, { wait: true });
 *     world.handled; // [1, 2, 3]
 *
 * @module
 */
import { afterAll, beforeAll, beforeEach } from 'vitest';
import {
  createIntegrations,
  type IntegrationDocument,
  type IntegrationEventName,
  type IntegrationProvider,
  type IntegrationsOptions,
  type ProviderCapabilities,
  type SyncItemInput,
} from '../../lib/index.js';
import type { Database } from './database.js';
import { memoryLogger } from './memory-logger.js';
import { listThings, syncProvider, thingSeen, type Lister, type Thing } from './sync-provider.js';

type Instance = ReturnType<typeof createIntegrations>;

export interface SyncInstanceOptions {
  readonly provider?: Partial<IntegrationProvider & ProviderCapabilities>;
  readonly sync?: IntegrationsOptions['sync'];
  readonly prefix?: string;
  /** False: the spec starts it, or does without. */
  readonly start?: boolean;
}

/** An event that was emitted. */
export interface Emitted {
  readonly name: IntegrationEventName;
  readonly payload: object;
}

export interface SyncInstance {
  readonly integrations: Instance;
  /** A new one for each test. */
  readonly integration: IntegrationDocument;
  readonly logger: ReturnType<typeof memoryLogger>;
  /** What the listener has been called with, in this test. */
  readonly handled: number[];
  readonly emitted: Emitted[];
  /** What there is upstream. */
  list: Lister;
  /** What the listener does. */
  handle: (input: SyncItemInput<Thing>) => unknown;
  /** The names of the events emitted in this test, for its integration. */
  names(): string[];
}

/** Quick enough for specs, slow enough for a busy machine. */
const quick = { tickSeconds: 0.2, leaseSeconds: 5, itemTries: 1, itemBackoff: [0], jitter: 0 };

const watched = [
  ...(['operationStarted', 'operationCompleted', 'operationFailed', 'integrationSynced'] as const),
  ...(['syncCompleted', 'syncItemFailed', 'syncStalenessRecovered'] as const),
];

export function useSyncInstance(database: Database, options: SyncInstanceOptions = {}): SyncInstance {
  const { provider = {}, sync, start = true, ...others } = options;
  const logger = memoryLogger();
  const handled: number[] = [];
  const emitted: Emitted[] = [];
  let integration: IntegrationDocument | undefined;
  const integrations = createIntegrations({
    connection: database.connection,
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 5).toString('base64') }],
    logger,
    jobs: { processEverySeconds: 0.2, lockSeconds: 5 },
    sync: { ...quick, ...sync },
    providers: { things: syncProvider((session, of) => world.list(session, of), provider) },
    ...others,
  });
  const world: SyncInstance = {
    ...{ integrations, logger, handled, emitted },
    get integration() {
      if (integration === undefined) throw new Error('There is an integration in hooks and tests only.');
      return integration;
    },
    list: listThings(),
    handle: () => undefined,
    names: () => emitted.map(({ name }) => name),
  };
  integrations.onSyncItem(thingSeen, (input) => {
    handled.push(input.payload.id);
    return world.handle(input);
  });
  for (const name of watched) {
    integrations.on(name, (payload) => {
      if (payload.integration.id === integration?.id) emitted.push({ name, payload });
    });
  }
  beforeAll(async () => {
    if (start) await integrations.start();
  });
  beforeEach(async () => {
    world.list = listThings();
    world.handle = () => undefined;
    integration = await integrations.create({ provider: 'things', name: 'Things', credentials: {} });
    handled.length = 0;
    emitted.length = 0;
    logger.lines.length = 0;
  });
  afterAll(() => integrations.close());
  return world;
}
