import type { Collection } from 'mongoose';
import type { IntegrationFields, IntegrationModel } from '../../schemas/integration.js';

/** The driver's collection of integrations, for atomic updates that Mongoose has no part in. */
export type IntegrationCollection = Collection<IntegrationFields>;

export function integrationCollection(model: IntegrationModel): IntegrationCollection {
  return model.db.collection<IntegrationFields>(model.collection.collectionName);
}
