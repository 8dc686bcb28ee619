import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { AnyProvider, HasIncrementalSync, HasScheduledSync } from '../../../providers/contracts.js';
import { hasIncrementalSync } from '../../../providers/capabilities.js';
import type { SyncMode } from '../../../schemas/integration-sync-run.js';
import { unlessAborted } from '../../unless-aborted.js';
import type { SyncSession, SyncYield } from '../../types/sync-session.js';

/** A provider that syncs. */
export type SyncProvider = AnyProvider & HasScheduledSync<object, object>;

/** Lets the provider list what there is, to its end, its error, or that of the session's signal. */
export async function callProvider(
  provider: SyncProvider,
  integration: IntegrationDocument,
  session: SyncSession,
): Promise<void> {
  await unlessAborted(session.signal, async () => {
    // What a generator function gives is no promise, and comes back as what it is.
    const listing: unknown = await begin(provider, integration, session);
    if (isIterable(listing)) await dispatchAll(listing, session);
  });
}

function begin(provider: SyncProvider, integration: IntegrationDocument, session: SyncSession) {
  return isIncremental(provider, session.mode)
    ? provider.syncIncremental(integration, session)
    : provider.sync(integration, session);
}

function isIncremental(
  provider: SyncProvider,
  mode: SyncMode,
): provider is SyncProvider & HasIncrementalSync<object, object> {
  return mode === 'incremental' && hasIncrementalSync(provider);
}

async function dispatchAll(listing: AsyncIterable<SyncYield>, session: SyncSession): Promise<void> {
  for await (const found of listing) {
    if ('event' in found) await session.dispatch(found.event, found);
    else await session.dispatch(found);
  }
}

function isIterable(listing: unknown): listing is AsyncIterable<SyncYield> {
  return typeof listing === 'object' && listing !== null && Symbol.asyncIterator in listing;
}
