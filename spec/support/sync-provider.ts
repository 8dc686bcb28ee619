import {
  defineProvider,
  defineSyncItemEvent,
  reduceCheckpointsByMax,
  type IntegrationDocument,
  type IntegrationProvider,
  type ProviderCapabilities,
  type SyncSession,
} from '../../lib/index.js';

/** A thing that the provider of the specs lists. */
export interface Thing {
  readonly id: number;
}

export const thingSeen = defineSyncItemEvent<Thing>('spec.thing');

/** What a spec says that there is upstream, or how it is listed. */
export type Lister = (session: SyncSession, integration: IntegrationDocument) => unknown;

/** Lists things by their numbers, which are their checkpoint values as well. */
export const listThings =
  (...ids: number[]): Lister =>
  async (session) => {
    for (const id of ids) await session.dispatch(thingSeen({ id }), { externalId: id, checkpointValue: id });
  };

/** Members with which a run moves cursor and schedule also where its listing fails: by what was listed until then. */
export const settleMembers = { checkpointOrder: 'ascending', defaultSyncInterval: () => 10 } as const;

/** A provider whose listing is another one in each spec; it has no schedule, and cursors by the maximum. */
export function syncProvider(
  list: Lister,
  members: Partial<IntegrationProvider & ProviderCapabilities> = {},
): ReturnType<typeof defineSyncProvider> {
  return defineSyncProvider(list, members);
}

function defineSyncProvider(list: Lister, members: Partial<IntegrationProvider & ProviderCapabilities>) {
  const provider = defineProvider({
    name: 'Things',
    credentialSchema: { type: 'object' },
    metadataSchema: { type: 'object' },
    // A listing is whatever the spec wants it to be, and may be a generator.
    sync: (integration, session) => list(session, integration) as Promise<void>,
    defaultSyncInterval: () => 0,
    defaultRateLimit: () => null,
    reduceCheckpoints: reduceCheckpointsByMax,
  });
  return { ...provider, ...members };
}
