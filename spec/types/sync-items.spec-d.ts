/** What the compiler knows of sync items and their listeners: checked by `tsc`, never run. */
import { expectTypeOf } from 'vitest';
import { defineSyncItemEvent, type IntegrationDocument, type SyncSession } from '../../lib/index.js';
import type { ItemListeners } from '../../lib/sync/item-listeners.js';

interface Issue {
  readonly id: number;
  readonly title: string;
}

declare const listeners: ItemListeners;
declare const session: SyncSession;
const issueSynced = defineSyncItemEvent<Issue>('spec.issue');

const remove = listeners.onSyncItem(issueSynced, ({ payload, integration, externalId, signal, item, attempt }) => {
  expectTypeOf(payload).toEqualTypeOf<Issue>();
  expectTypeOf(integration).toEqualTypeOf<IntegrationDocument>();
  expectTypeOf(externalId).toEqualTypeOf<string | null>();
  expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
  expectTypeOf(item.isTerminal()).toEqualTypeOf<boolean>();
  expectTypeOf(attempt).toEqualTypeOf<number>();
});
expectTypeOf(remove).toEqualTypeOf<() => void>();

// An asynchronous listener may give anything back.
listeners.onSyncItem(issueSynced, async ({ payload }) => Promise.resolve(payload.title));

// By its name alone, nothing is known of the payload.
listeners.onSyncItem('spec.issue', ({ payload }) => expectTypeOf(payload).toEqualTypeOf<unknown>());

// @ts-expect-error the payload has no such field
listeners.onSyncItem(issueSynced, ({ payload }) => payload.subject);

await session.dispatch(issueSynced({ id: 1, title: 'One' }), { checkpointValue: new Date(), externalId: 1 });
// @ts-expect-error not the payload of this event
issueSynced({ id: 'one', title: 'One' });
