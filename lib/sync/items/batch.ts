import type { Collection, Types } from 'mongoose';
import type { IntegrationSyncBatchFields } from '../../../schemas/integration-sync-batch.js';
import type { Moment } from '../../idempotency/lease.js';

export type BatchCollection = Collection<IntegrationSyncBatchFields>;

/** The run that a batch belongs to. */
export interface BatchOwner {
  /** Of the run, and of its operation log. */
  readonly _id: Types.ObjectId;
  readonly integrationId: Types.ObjectId;
}

/** A batch that somebody holds: everything he writes of it is filtered by his token. */
export interface HeldBatch {
  readonly _id: Types.ObjectId;
  readonly run: BatchOwner;
  readonly token: string;
}

/** A batch to work on. */
export interface ClaimedBatch extends HeldBatch {
  readonly ids: readonly Types.ObjectId[];
  /** Who held it before vanished: one of its items may have killed the process. */
  readonly isCareful: boolean;
  /** Nobody has worked on it before. */
  readonly isFirst: boolean;
  /** When it was asked for. */
  readonly since: Moment;
  /** The server's time then, in milliseconds since the epoch. */
  readonly claimedAt: number;
}

/** How a batch is handed back. */
export interface Handover {
  /** What is left of it; none: it is deleted. */
  readonly ids: readonly Types.ObjectId[];
  /** In how many milliseconds it can be claimed again. */
  readonly afterMs: number;
  readonly isCareful: boolean;
}

/** Begins the lease of who fills a batch: should he vanish, none of its items has run. */
export const filling = 'fill:';
