import { IntegrationError } from '../lib/errors.js';
import { integrationFilter } from '../lib/integration-store/find-integration.js';
import { integrationId, integrationNotFound } from '../lib/integration-store/integration-id.js';
import type { Integrations } from '../lib/instance/services.js';
import type { PolymorphicTarget } from '../lib/types/polymorphic.js';

/** What the integration of a request must be like. */
export interface LoadableConditions {
  readonly provider: string;
  /** Null: nobody's. */
  readonly owner: PolymorphicTarget | null;
  /** As the request has it; where it is given, anything but text matches nothing. */
  readonly name?: unknown;
  /** As the request has it; where it is given, anything but an id matches nothing. */
  readonly id?: unknown;
}

/**
 * The one active integration that fulfils all conditions, by one query.
 *
 * @throws IntegrationError `INTEGRATION_NOT_FOUND` or `INTEGRATION_AMBIGUOUS`.
 */
export async function findLoadable({ models }: Pick<Integrations, 'models'>, conditions: LoadableConditions) {
  const { provider, owner } = conditions;
  const selectors = selectorsOf(conditions);
  if (selectors === null) throw integrationNotFound(null);
  const filter = { ...integrationFilter({ provider, owner, isActive: true }), ...selectors };
  // Two are enough to know that there is not only one.
  const [integration, ...others] = await models.Integration.find(filter).limit(2);
  if (integration === undefined) throw integrationNotFound(null);
  if (others.length === 0) return integration;
  throw new IntegrationError('INTEGRATION_AMBIGUOUS', `Several integrations of "${provider}" match this request.`);
}

/** Plain values only, so that no request smuggles a query operator in; null where nothing can match. */
function selectorsOf(conditions: LoadableConditions) {
  const { name, id } = conditions;
  const _id = integrationId(id);
  if ('id' in conditions && _id === null) return null;
  if ('name' in conditions && typeof name !== 'string') return null;
  return { ...(_id !== null && { _id }), ...(typeof name === 'string' && { name }) };
}
