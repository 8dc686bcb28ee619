/** What applications and providers need of syncs; part of the public entry. */
export { foldable, reduceCheckpointsByMax, type CheckpointReducer } from './runs/reduce-checkpoints.js';
export { defineSyncItemEvent, type SyncItemEventType } from './sync-item-event.js';
export type { SyncItemInput, SyncItemListener } from './item-listeners.js';
export type { AwaitSyncOptions, StartSyncOptions, SyncPlanner } from './runs/sync-service.js';
export type { WaitOptions } from './runs/wait-for-run.js';
export type { BeginDueOptions } from './schedule/create-schedule.js';
export type { DueSync } from './schedule/due-tick.js';
export type {
  ItemChangeOptions,
  ReportMissingOptions,
  SkipOptions,
  SyncOperators,
} from './operators/create-sync-operators.js';
export type { FailedItemTarget } from './operators/failed-items.js';
export type { PageOptions } from './operators/page.js';
export type { Reclaimed } from './operators/reclaim.js';
export type { StartedSync, SyncNowOptions } from '../types/sync-now.js';
export type { MissingEntity } from '../types/missing-entity.js';
export type { MissingReport } from '../types/missing-report.js';
export type { SyncProgress } from '../types/sync-progress.js';
export { SyncResult, type SyncCounts } from '../types/sync-result.js';
export type { DispatchOptions, SyncItemEvent, SyncSession, SyncYield } from '../types/sync-session.js';
export type { SyncSettings } from '../types/sync-settings.js';
