import type { Collection } from 'mongoose';
import type { IntegrationSyncRunFields, IntegrationSyncRunModel } from '../../../schemas/integration-sync-run.js';
import { driverCollection } from '../../driver-collection.js';

/** A run as it is stored. */
export type SyncRun = IntegrationSyncRunFields;

/** The driver's collection of runs, for atomic updates that Mongoose has no part in. */
export type RunCollection = Collection<SyncRun>;

export function runCollection(model: IntegrationSyncRunModel): RunCollection {
  return driverCollection<SyncRun>(model);
}
