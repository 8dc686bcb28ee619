import type { AnyProvider } from '../../../providers/contracts.js';
import type { IntegrationSyncItemFields } from '../../../schemas/integration-sync-item.js';
import { IntegrationError, isIntegrationError, isRetryableError } from '../../errors.js';
import { causeChain } from '../../failures/cause-chain.js';
import { opinionOf } from '../../failures/opinion-of.js';
import type { SyncSettings } from '../../types/sync-settings.js';
import { putOffMs } from '../put-off-ms.js';

/** What becomes of an item after an attempt. */
export type ItemOutcome =
  | { readonly kind: 'success' }
  /** Tried again; the attempt counts. */
  | { readonly kind: 'retry'; readonly afterMs: number; readonly error: unknown }
  /** Tried again; nothing counts. */
  | { readonly kind: 'deferred'; readonly afterMs: number; readonly error: unknown }
  /** Given up. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly isAttempt: boolean }
  /** As if nothing had been: the process stops. */
  | { readonly kind: 'returned' };

/** How often and how long the items of an integration are tried. */
export interface ItemRules {
  readonly provider: AnyProvider;
  readonly maxAttempts: number;
  /** In seconds. */
  readonly backoff: readonly number[];
  readonly deferWindowMs: number;
}

type ItemSettings = Pick<SyncSettings, 'itemTries' | 'itemBackoff' | 'deferWindowSeconds'>;

/** What the provider says, where it makes sense, goes before the options. */
export function itemRules(provider: AnyProvider, settings: ItemSettings): ItemRules {
  const tries: unknown = opinionOf(() => provider.itemTries?.());
  const backoff: unknown = opinionOf(() => provider.itemBackoff?.());
  return {
    provider,
    maxAttempts: typeof tries === 'number' && tries >= 1 ? Math.floor(tries) : settings.itemTries,
    backoff: isBackoff(backoff) ? backoff : settings.itemBackoff,
    deferWindowMs: settings.deferWindowSeconds * 1_000,
  };
}

function isBackoff(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((wait) => typeof wait === 'number' && wait >= 0);
}

/** What counts of an item. */
export type TriedItem = Pick<IntegrationSyncItemFields, 'attempts' | 'deferredSince'>;

/**
 * What becomes of an item whose attempt failed. Where the other API holds us back, or nobody here listens to the item,
 * it is put off, whatever wraps the error.
 *
 * @param now Milliseconds since the epoch.
 */
export function outcomeOfFailure(error: unknown, item: TriedItem, rules: ItemRules, now: number): ItemOutcome {
  const heldBackMs = heldBack(error, rules);
  if (heldBackMs !== null) return putOff(error, item, rules, { afterMs: heldBackMs, now });
  const marker = causeChain(error).find(isRetryableError) ?? null;
  const attempt = item.attempts + 1;
  if (attempt >= Math.min(rules.maxAttempts, positive(marker?.maxAttempts) ?? Infinity)) {
    return { kind: 'failed', error, isAttempt: true };
  }
  const seconds = positive(marker?.retryAfterSeconds) ?? rules.backoff[attempt - 1] ?? rules.backoff.at(-1) ?? 0;
  return { kind: 'retry', afterMs: seconds * 1_000, error };
}

/** How long an item without a listener is left alone: another deployment may be on its way. */
const listenerMissingMs = 30_000;

/** Milliseconds to stay away; null: nothing holds the item back. */
function heldBack(error: unknown, { provider }: ItemRules): number | null {
  return isIntegrationError(error, 'SYNC_LISTENER_MISSING') ? listenerMissingMs : putOffMs(error, provider);
}

interface Delay {
  readonly afterMs: number;
  readonly now: number;
}

/** Up to the end of the window, where it is tried for the last time. */
function putOff(error: unknown, { deferredSince }: TriedItem, rules: ItemRules, { afterMs, now }: Delay): ItemOutcome {
  const since = deferredSince?.getTime() ?? now;
  const leftMs = since + rules.deferWindowMs - now;
  if (leftMs > 0) return { kind: 'deferred', afterMs: Math.min(afterMs, leftMs), error };
  const tooLong = new IntegrationError('SYNC_DEFERRED_TOO_LONG', 'The item was put off until its time was over.', {
    cause: error,
    details: { deferredSince: new Date(since) },
  });
  return { kind: 'failed', error: tooLong, isAttempt: false };
}

/** What others made of an error may be anything. */
function positive(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 ? value : null;
}
