import type { IntegrationDocument } from '../../schemas/integration.js';
import type { IntegrationSyncItemDocument } from '../../schemas/integration-sync-item.js';
import { IntegrationError } from '../errors.js';
import { isEventClass, type SyncItemEventType } from './sync-item-event.js';

/** What a listener gets of the item that it handles. */
export interface SyncItemInput<Payload = unknown> {
  /** As it was dispatched. */
  readonly payload: Payload;
  /** Shared by the items that are handled at the same time: save changes through `integrations.update()`. */
  readonly integration: IntegrationDocument;
  /** As it was when the attempt began. */
  readonly item: IntegrationSyncItemDocument;
  readonly externalId: string | null;
  /** Number of this attempt, from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Aborted when the attempt takes too long, or the process stops. */
  readonly signal: AbortSignal;
}

/**
 * Handles an item, and is awaited: what it throws fails the attempt. It may be called more than once for an item, after
 * a crash for one, and has to come to the same result.
 */
export type SyncItemListener<Payload = unknown> = (input: SyncItemInput<Payload>) => unknown;

/** The listeners of one instance, by the kind of item. */
export interface ItemListeners {
  /**
   * Adds a listener; the function that comes back removes it.
   *
   * @param type Made by `defineSyncItemEvent`, or its name.
   * @throws IntegrationError `SYNC_ITEM_INVALID` for what names no kind of item
   */
  onSyncItem<Payload = unknown>(
    type: SyncItemEventType<Payload> | string,
    listener: SyncItemListener<Payload>,
  ): () => void;
  /** In order of registration; none: an empty list. */
  of(eventClass: string): readonly SyncItemListener[];
  /** Whether anything listens to one of these kinds of items; default: to any kind. */
  hasAny(eventClasses?: readonly string[]): boolean;
}

const none: readonly SyncItemListener[] = [];

export function createItemListeners(): ItemListeners {
  const lists = new Map<string, readonly SyncItemListener[]>();
  return {
    onSyncItem(type, listener) {
      const name = typeof type === 'string' ? type : type.eventClass;
      if (!isEventClass(name))
        throw new IntegrationError('SYNC_ITEM_INVALID', 'Name a kind of sync item to listen to.');
      // Of its own, because one function may be added twice. The payload of this kind of item is what the type says.
      const added: SyncItemListener = (input) => listener(input as Parameters<typeof listener>[0]);
      lists.set(name, [...(lists.get(name) ?? none), added]);
      return () => {
        lists.set(
          name,
          (lists.get(name) ?? none).filter((each) => each !== added),
        );
      };
    },
    of: (eventClass) => lists.get(eventClass) ?? none,
    hasAny: (eventClasses = [...lists.keys()]) => eventClasses.some((name) => (lists.get(name) ?? none).length > 0),
  };
}
