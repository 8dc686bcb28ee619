import type { SchemaDefinition, Types } from 'mongoose';
import { Schema } from 'mongoose';

/** What an integration holds of its syncs. */
export interface SyncFields {
  /** Last clean sync. */
  lastSyncedAt: Date | null;
  nextSyncAt: Date | null;
  /** Overrides the provider's default. */
  syncIntervalMinutes: number | null;
  /** When to sync, as a cron expression of five or six fields; goes before the minutes. */
  syncCron: string | null;
  /** IANA name, for `syncCron`; null: UTC. */
  syncTimeZone: string | null;
  /** When an operator paused the schedule; null: it is not paused. */
  syncPausedAt: Date | null;
  /** Failed syncs in a row. */
  consecutiveSyncFailures: number;
  /** The run that was the last to change these fields. */
  lastSyncRunId: Types.ObjectId | null;
  /** When `checkStaleness()` found that clean syncs are overdue; null: they are not. */
  staleSince: Date | null;
  syncCursor: unknown;
}

export function syncPaths(): SchemaDefinition<SyncFields> {
  return {
    lastSyncedAt: { type: Date, default: null },
    nextSyncAt: { type: Date, default: null },
    syncIntervalMinutes: { type: Number, default: null },
    syncCron: { type: String, default: null },
    syncTimeZone: { type: String, default: null },
    syncPausedAt: { type: Date, default: null },
    consecutiveSyncFailures: { type: Number, default: 0 },
    lastSyncRunId: { type: Schema.Types.ObjectId, default: null },
    staleSince: { type: Date, default: null },
    syncCursor: { type: Schema.Types.Mixed, default: null },
  };
}
