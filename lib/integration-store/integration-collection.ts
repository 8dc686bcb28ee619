import type { Collection } from 'mongoose';
import type { IntegrationFields, IntegrationModel } from '../../schemas/integration.js';
import { driverCollection } from '../driver-collection.js';

/** The driver's collection of integrations, for atomic updates that Mongoose has no part in. */
export type IntegrationCollection = Collection<IntegrationFields>;

export function integrationCollection(model: IntegrationModel): IntegrationCollection {
  return driverCollection<IntegrationFields>(model);
}
