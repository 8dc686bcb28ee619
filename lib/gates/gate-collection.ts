import type { Collection } from 'mongoose';
import type { IntegrationGateFields, IntegrationGateModel } from '../../schemas/integration-gate.js';
import { driverCollection } from '../driver-collection.js';

/** The driver's collection of gate documents, whose ids are strings. */
export type GateCollection = Collection<IntegrationGateFields>;

/** Gates are changed by atomic updates that Mongoose has no part in. */
export function gateCollection(model: IntegrationGateModel): GateCollection {
  return driverCollection<IntegrationGateFields>(model);
}
