import type { IntegrationDocument } from '../../schemas/integration.js';
import type { IdOrDocument } from '../types/polymorphic.js';
import { integrationId, integrationNotFound } from './integration-id.js';
import type { StoreDependencies } from './store-dependencies.js';
import { writeOptions } from '../durable-write.js';
import type { SessionOption } from '../types/session-option.js';

/**
 * Switches an integration off. Its health stays what it is: `disabled` means that failures switched it off, which alone
 * emits `integrationDisabled`.
 *
 * @throws IntegrationError `INTEGRATION_NOT_FOUND`
 */
export async function disableIntegration(
  { models }: StoreDependencies,
  target: IdOrDocument,
  options: SessionOption = {},
): Promise<IntegrationDocument> {
  const _id = integrationId(target);
  if (_id === null) throw integrationNotFound(target);
  const integration = await models.Integration.findOneAndUpdate(
    { _id },
    { $set: { isActive: false } },
    { ...writeOptions(options), returnDocument: 'after' },
  );
  if (integration === null) throw integrationNotFound(target);
  return integration;
}
