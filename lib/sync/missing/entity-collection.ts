import type { Collection } from 'mongoose';
import type {
  IntegrationSyncEntityFields,
  IntegrationSyncEntityModel,
} from '../../../schemas/integration-sync-entity.js';
import type { MissingEntity } from '../../types/missing-entity.js';
import { driverCollection } from '../../driver-collection.js';

/** The driver's collection of what syncs have seen. */
export type EntityCollection = Collection<IntegrationSyncEntityFields>;

export function entityCollection(model: IntegrationSyncEntityModel): EntityCollection {
  return driverCollection<IntegrationSyncEntityFields>(model);
}

type StoredEntity = Pick<IntegrationSyncEntityFields, '_id' | 'eventClass' | 'externalId' | 'lastSeenAt'>;

/** As the application is told of it. */
export function missingEntity(
  { _id, eventClass, externalId, lastSeenAt }: StoredEntity,
  missingSince: Date,
): MissingEntity {
  return { id: _id.toHexString(), eventClass, externalId, lastSeenAt, missingSince };
}
