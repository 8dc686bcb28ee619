import type { IntegrationDocument } from '../../schemas/integration.js';
import { IntegrationError } from '../errors.js';
import type { Integrations } from '../instance/services.js';
import { integrationId } from '../integration-store/integration-id.js';

/**
 * The integration that an argument means: its id, `provider/name`, or a provider that has a single one.
 *
 * @throws IntegrationError `INTEGRATION_NOT_FOUND`, `INTEGRATION_AMBIGUOUS`
 */
export async function findTarget(integrations: Integrations, argument: string): Promise<IntegrationDocument> {
  if (integrationId(argument) !== null) return integrations.findOrFail(argument);
  const [provider = '', ...rest] = argument.split('/');
  if (rest.length > 0) return integrations.findOrFail({ provider, name: rest.join('/') });
  const found = await integrations.list({ provider, limit: 2 });
  const [only, ...others] = found;
  if (only === undefined) return integrations.findOrFail({ provider });
  if (others.length === 0) return only;
  throw new IntegrationError(
    'INTEGRATION_AMBIGUOUS',
    `There are several integrations of '${provider}': name one by id.`,
  );
}
