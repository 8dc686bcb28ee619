import type { IntegrationDocument, IntegrationModel } from '../../schemas/integration.js';
import type { IdOrDocument } from '../types/polymorphic.js';
import { integrationId, integrationNotFound } from './integration-id.js';

/**
 * The document that is meant: the very one that was given, or the one with that id.
 *
 * @throws IntegrationError `INTEGRATION_NOT_FOUND`
 */
export async function integrationDocument(model: IntegrationModel, target: IdOrDocument): Promise<IntegrationDocument> {
  return target instanceof model ? target : storedIntegration(model, target);
}

/**
 * The document as the primary has it, also where another copy of it was given.
 *
 * @throws IntegrationError `INTEGRATION_NOT_FOUND`
 */
export async function storedIntegration(model: IntegrationModel, target: IdOrDocument): Promise<IntegrationDocument> {
  const _id = integrationId(target);
  const found = _id === null ? null : await model.findOne({ _id }).read('primary');
  if (found === null) throw integrationNotFound(target);
  return found;
}
