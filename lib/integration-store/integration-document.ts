import type { IntegrationDocument, IntegrationModel } from '../../schemas/integration.js';
import type { IdOrDocument } from '../types/polymorphic.js';
import { integrationId, integrationNotFound } from './integration-id.js';

/**
 * The document that is meant: the very one that was given, or the one with that id.
 *
 * @throws IntegrationError `INTEGRATION_NOT_FOUND`
 */
export async function integrationDocument(model: IntegrationModel, target: IdOrDocument): Promise<IntegrationDocument> {
  if (target instanceof model) return target;
  const _id = integrationId(target);
  const found = _id === null ? null : await model.findOne({ _id });
  if (found === null) throw integrationNotFound(target);
  return found;
}
