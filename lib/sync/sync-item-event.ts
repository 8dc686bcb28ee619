import { IntegrationError } from '../errors.js';
import type { SyncItemEvent } from '../types/sync-session.js';

/** A kind of sync item: makes the events that a provider dispatches, and names what listeners listen to. */
export interface SyncItemEventType<Payload> {
  (payload: Payload): SyncItemEvent<Payload>;
  /** As stored with each item, and never to be changed while items of it are stored. */
  readonly eventClass: string;
}

const pattern = /^[A-Za-z][\w.:-]{0,99}$/;

/** Can a kind of sync item be called so? */
export function isEventClass(name: unknown): name is string {
  return typeof name === 'string' && pattern.test(name);
}

/**
 * Declares a kind of sync item: `export const issueSynced = defineSyncItemEvent<Issue>('github.issue')`.
 *
 * @param eventClass A letter, then letters, digits, `.`, `:`, `_` and `-`; at most 100 characters.
 * @throws IntegrationError `SYNC_ITEM_INVALID` for another name
 */
export function defineSyncItemEvent<Payload>(eventClass: string): SyncItemEventType<Payload> {
  if (!isEventClass(eventClass)) {
    throw new IntegrationError('SYNC_ITEM_INVALID', `"${String(eventClass)}" cannot be the name of a sync item event.`);
  }
  const make = (payload: Payload): SyncItemEvent<Payload> => ({ name: eventClass, payload });
  return Object.assign(make, { eventClass });
}
