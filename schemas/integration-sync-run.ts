import type { HydratedDocument, Model, Types } from 'mongoose';
import { Schema } from 'mongoose';
import type { StoredError } from './integration-request.js';

/** All phases of a sync run. */
export const syncRunPhases = ['draining', 'listing', 'reopened', 'settled'] as const;
/**
 * `listing`: the provider lists items. `draining`: all are listed, and some are not done yet. `reopened`: it was
 * settled, and an operator retries items of it. `settled`: it is over.
 */
export type SyncRunPhase = (typeof syncRunPhases)[number];

/** All phases but `settled` come before it; see `partial-filters` for why a range. */
const isUnsettled = { $lt: 'settled' };

/** All modes of a sync. */
export const syncModes = ['incremental', 'full'] as const;
/** How a sync lists. `incremental`: from the cursor on; `full`: everything, whatever the cursor says. */
export type SyncMode = (typeof syncModes)[number];

/** All outcomes of a sync run. */
export const syncOutcomes = ['success', 'partial', 'failed', 'cancelled'] as const;
/** What came of a sync run. `partial`: some of its items failed, not all. */
export type SyncOutcome = (typeof syncOutcomes)[number];

/** One sync of one integration, as stored in `integration_sync_runs`; its id is that of its operation log. */
export interface IntegrationSyncRunFields {
  _id: Types.ObjectId;
  integrationId: Types.ObjectId;
  /** Registry key. */
  provider: string;
  phase: SyncRunPhase;
  /** Until it settles for the first time: an integration has one such run at a time. */
  isExclusive: boolean;
  mode: SyncMode;
  trigger: 'schedule' | 'manual';
  /** The cursor of the integration when the run began. */
  cursor: unknown;
  /** The cursor that this run came to; null: none. */
  nextCursor: unknown;
  /** Who lists or settles it at the moment; null: nobody. */
  lease: string | null;
  /** When the lease ends; without one, from when on the run can be driven on. */
  availableAt: Date;
  /** How often a process has begun to list. Begins the `sequence` of the items that it lists. */
  listingAttempt: number;
  /** How many processes died in the listing, one after the other. */
  crashes: number;
  /** What the provider saved to go on from; null: from the beginning. */
  listing: unknown;
  /** Why the listing ended before its end; null: it did not. */
  listingError: StoredError | null;
  /** Until when a listing that the other API holds back is put off; null: it was not yet. */
  deferUntil: Date | null;
  /** How many items were stored. */
  listed: number;
  /** How many repetitions were dropped. */
  duplicates: number;
  /** How many items the provider expects; null: it has not said. */
  expected: number | null;
  /** Whether any item came with a checkpoint value. */
  hasCheckpoints: boolean;
  /** Null until it settles. */
  outcome: SyncOutcome | null;
  succeeded: number;
  failed: number;
  skipped: number;
  /** What pruning has left of its items; absent: all of them. Without all it cannot be settled again. */
  storedItems?: 'some' | 'none';
  /** When the first listing began. */
  startedAt: Date | null;
  settledAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** One sync of one integration. */
export type IntegrationSyncRunDocument = HydratedDocument<IntegrationSyncRunFields>;
/** The model of sync runs. */
export type IntegrationSyncRunModel = Model<IntegrationSyncRunFields>;

/** The schema of `integration_sync_runs`. */
export function integrationSyncRunSchema(
  collection: string,
): Schema<IntegrationSyncRunFields, IntegrationSyncRunModel> {
  const count = { type: Number, default: 0 };
  const schema = new Schema<IntegrationSyncRunFields, IntegrationSyncRunModel>(
    {
      integrationId: { type: Schema.Types.ObjectId, required: true },
      provider: { type: String, required: true },
      phase: { type: String, enum: syncRunPhases, default: 'listing' },
      isExclusive: { type: Boolean, default: true },
      mode: { type: String, enum: syncModes, default: 'incremental' },
      trigger: { type: String, enum: ['schedule', 'manual'], default: 'schedule' },
      cursor: { type: Schema.Types.Mixed, default: null },
      nextCursor: { type: Schema.Types.Mixed, default: null },
      lease: { type: String, default: null },
      availableAt: { type: Date, required: true },
      listingAttempt: count,
      crashes: count,
      listing: { type: Schema.Types.Mixed, default: null },
      listingError: { type: Schema.Types.Mixed, default: null },
      deferUntil: { type: Date, default: null },
      listed: count,
      duplicates: count,
      expected: { type: Number, default: null },
      hasCheckpoints: { type: Boolean, default: false },
      outcome: { type: String, enum: [...syncOutcomes, null], default: null },
      succeeded: count,
      failed: count,
      skipped: count,
      storedItems: { type: String, enum: ['some', 'none'] },
      startedAt: { type: Date, default: null },
      settledAt: { type: Date, default: null },
    },
    { collection, timestamps: true, autoIndex: false, autoCreate: false, minimize: false },
  );
  declareIndexes(schema);
  return schema;
}

function declareIndexes(schema: Schema<IntegrationSyncRunFields, IntegrationSyncRunModel>): void {
  // One run at a time: who begins a second one is told by the index.
  schema.index({ integrationId: 1 }, { unique: true, partialFilterExpression: { isExclusive: true } });
  schema.index({ integrationId: 1, _id: -1 });
  schema.index({ phase: 1, availableAt: 1 }, { partialFilterExpression: { phase: isUnsettled } });
  schema.index({ integrationId: 1, phase: 1 }, { partialFilterExpression: { phase: isUnsettled } });
  // Those whose items have not been pruned, and those whose have, the oldest first.
  schema.index({ storedItems: 1, settledAt: 1 }, { partialFilterExpression: { phase: 'settled' } });
}
