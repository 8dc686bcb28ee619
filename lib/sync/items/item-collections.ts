import type { Collection } from 'mongoose';
import type { IntegrationSyncBatchFields } from '../../../schemas/integration-sync-batch.js';
import type { IntegrationSyncItemFields } from '../../../schemas/integration-sync-item.js';
import type { IntegrationModels } from '../../../schemas/models.js';
import { driverCollection } from '../../driver-collection.js';

/** The driver's collections, which are far quicker with many documents than models are. */
export interface ItemCollections {
  readonly items: Collection<IntegrationSyncItemFields>;
  readonly batches: Collection<IntegrationSyncBatchFields>;
}

export type ItemModels = Pick<IntegrationModels, 'Integration' | 'IntegrationSyncItem' | 'IntegrationSyncBatch'>;

export function itemCollections(
  models: Pick<IntegrationModels, 'IntegrationSyncItem' | 'IntegrationSyncBatch'>,
): ItemCollections {
  const { IntegrationSyncItem, IntegrationSyncBatch: batch } = models;
  return {
    items: itemCollection(IntegrationSyncItem),
    batches: driverCollection<IntegrationSyncBatchFields>(batch),
  };
}

export function itemCollection(model: IntegrationModels['IntegrationSyncItem']): ItemCollections['items'] {
  return driverCollection<IntegrationSyncItemFields>(model);
}
