import type { AnyProvider } from '../../../providers/contracts.js';
import { IntegrationError, isIntegrationError } from '../../errors.js';
import { attemptLimits, type AttemptOutcome, type AttemptRules } from '../../failures/outcome-of-failure.js';
import type { SyncSettings } from '../../types/sync-settings.js';

/** What becomes of an item after an attempt. */
export type ItemOutcome = AttemptOutcome;

type ItemSettings = Pick<SyncSettings, 'itemTries' | 'itemBackoff' | 'deferWindowSeconds'>;

/** How often and how long the items of an integration are tried. */
export function itemRules(provider: AnyProvider, settings: ItemSettings): AttemptRules {
  return {
    provider,
    ...attemptLimits(
      { tries: () => provider.itemTries?.(), backoff: () => provider.itemBackoff?.() },
      { maxAttempts: settings.itemTries, backoff: settings.itemBackoff },
    ),
    deferWindowMs: settings.deferWindowSeconds * 1_000,
    heldBackMs: (error) => (isIntegrationError(error, 'SYNC_LISTENER_MISSING') ? listenerMissingMs : null),
    deferredTooLong: (since, cause) =>
      new IntegrationError('SYNC_DEFERRED_TOO_LONG', 'The item was put off until its time was over.', {
        cause,
        details: { deferredSince: since },
      }),
  };
}

/** How long an item without a listener is left alone: another deployment may be on its way. */
const listenerMissingMs = 30_000;
