import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { EmbedsRequests } from '../../../schemas/embedded-request.js';
import { runWithin } from '../../context.js';
import { integrationIdentity } from '../../integration-identity.js';
import { createRequestCollector } from '../../operations/request-collector.js';
import { callProvider, type SyncProvider } from './call-provider.js';
import type { RunLease } from './run-lease.js';
import type { ClaimedRun, ListingCounts } from './run-store.js';
import type { ItemSink, Listing } from './sync-session.js';

/** How a listing ended, in this process. */
export type ListingEnd =
  /** The provider has listed all there is. */
  | { readonly kind: 'complete' }
  /** It threw. */
  | { readonly kind: 'failed'; readonly error: unknown }
  /** Not all that it dispatched is stored. */
  | { readonly kind: 'broken'; readonly error: unknown }
  /** This process is to stop. */
  | { readonly kind: 'stopped' }
  /** Another process lists now. */
  | { readonly kind: 'lost' };

export interface ListRunParts {
  readonly provider: SyncProvider;
  readonly integration: IntegrationDocument;
  readonly run: ClaimedRun;
  readonly lease: RunLease;
  readonly sink: ItemSink;
  readonly listing: Listing;
}

/** What a listing has come to. */
export interface Listed {
  readonly end: ListingEnd;
  readonly counts: ListingCounts;
  readonly calls: EmbedsRequests;
}

/** Lets the provider list, in the course of the run's operation, and stores what it dispatches. Never rejects. */
export async function listRun(parts: ListRunParts): Promise<Listed> {
  const { provider, integration, run, listing } = parts;
  const calls = createRequestCollector();
  const surroundings = {
    integration: integrationIdentity(integration),
    operation: { operation: 'sync', logId: run._id, noteRequest: calls.note },
    priority: 'background',
  } as const;
  let failure: { readonly error: unknown } | null = null;
  try {
    await runWithin(surroundings, () => callProvider(provider, integration, listing.session));
  } catch (error) {
    failure = { error };
  }
  await listing.end();
  const end = await endOf(parts, failure);
  return { end, counts: listing.counts(), calls: calls.collected() };
}

/** Whatever the provider has made of an error of ours: it cannot tell that a listing is whole which is not. */
async function endOf(
  { lease, sink, listing }: ListRunParts,
  failure: { readonly error: unknown } | null,
): Promise<ListingEnd> {
  let broken = listing.broken;
  // What is not stored yet is listed again, by whoever goes on.
  if (!lease.signal.aborted) await sink.flush().catch((error: unknown) => (broken ??= { error }));
  // A batch that is left half stored would hold up the run until its lease ends.
  await sink.idle();
  if (lease.isLost) return { kind: 'lost' };
  if (lease.signal.aborted) return { kind: 'stopped' };
  if (broken !== null) return { kind: 'broken', error: broken.error };
  return failure === null ? { kind: 'complete' } : { kind: 'failed', error: failure.error };
}
