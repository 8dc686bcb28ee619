import { trusted, type QueryFilter, type Types } from 'mongoose';
import type { IntegrationDocument, IntegrationFields } from '../../schemas/integration.js';
import type { PolymorphicTarget } from '../types/polymorphic.js';
import { checkFields, ownerFields } from './field-rules.js';
import { integrationId, integrationNotFound } from './integration-id.js';
import type { StoreDependencies } from './store-dependencies.js';
import type { SessionOption } from '../types/session-option.js';

/** What integrations must be like; what is absent does not matter. */
export interface IntegrationFilter {
  readonly provider?: string;
  readonly name?: string;
  /** A document, or its model name and id; null: integrations that nobody owns. */
  readonly owner?: PolymorphicTarget | null;
  readonly isActive?: boolean;
}

/** An id, as text or ObjectId, or what the integration must be like. */
export type IntegrationLookup = Types.ObjectId | string | IntegrationFilter;

const filterFields = ['provider', 'name', 'owner', 'isActive'];

/** Says nothing, and lets an index that has `isActive` before the id give its entries in the order of the ids. */
const activeOrNot = trusted({ $in: [true, false] });

/**
 * The query filter of an {@link IntegrationFilter}. Of what is given it holds scalars only, so that a filter made of a
 * request body can ask for nothing else.
 *
 * @throws IntegrationError `INTEGRATION_INVALID` for operators and unknown fields.
 */
export function integrationFilter(
  filter: IntegrationFilter,
  known: readonly string[] = filterFields,
): QueryFilter<IntegrationFields> {
  checkFields(filter, { known });
  const { provider, name, owner, isActive } = filter;
  const fields: Record<string, unknown> = {
    ...(provider !== undefined && { provider }),
    ...(name !== undefined && { name }),
    ...(owner !== undefined && ownerFields(owner)),
    isActive: isActive ?? activeOrNot,
  };
  return fields;
}

/** The integration with that id, or the oldest one that fits; null if there is none. */
export async function findIntegration(
  { models }: StoreDependencies,
  lookup: IntegrationLookup,
  { session = null }: SessionOption = {},
): Promise<IntegrationDocument | null> {
  const id = integrationId(lookup);
  if (id !== null) return models.Integration.findOne({ _id: id }).session(session);
  if (meansAnId(lookup)) return null;
  return models.Integration.findOne(integrationFilter(lookup)).sort({ _id: 1 }).session(session);
}

/**
 * Like {@link findIntegration}.
 *
 * @throws IntegrationError `INTEGRATION_NOT_FOUND` when there is none.
 */
export async function findIntegrationOrFail(
  dependencies: StoreDependencies,
  lookup: IntegrationLookup,
  options: SessionOption = {},
): Promise<IntegrationDocument> {
  const found = await findIntegration(dependencies, lookup, options);
  if (found === null) throw integrationNotFound(lookup);
  return found;
}

function meansAnId(lookup: unknown): lookup is Types.ObjectId | string {
  return typeof lookup === 'string' || (typeof lookup === 'object' && lookup !== null && '_id' in lookup);
}
