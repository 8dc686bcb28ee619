import type { Types } from 'mongoose';
import type { IntegrationSyncItemFields } from '../../../schemas/integration-sync-item.js';
import type { SyncAttempt } from '../../context.js';
import type { LazySignal } from './lazy-signal.js';

/** What code that runs in an attempt can find out about it. */
export class AttemptFacts implements SyncAttempt {
  readonly itemId: Types.ObjectId;
  readonly syncLogId: Types.ObjectId;
  readonly externalId: string | null;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly #signal: LazySignal;

  constructor(
    item: IntegrationSyncItemFields,
    run: Pick<SyncAttempt, 'syncLogId' | 'maxAttempts'>,
    signal: LazySignal,
  ) {
    this.itemId = item._id;
    this.syncLogId = run.syncLogId;
    this.externalId = item.externalId;
    this.attempt = item.attempts + 1;
    this.maxAttempts = run.maxAttempts;
    this.#signal = signal;
  }

  get signal(): AbortSignal {
    return this.#signal.signal;
  }
}
