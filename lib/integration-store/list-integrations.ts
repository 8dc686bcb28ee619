import { trusted, type Types } from 'mongoose';
import type { IntegrationDocument } from '../../schemas/integration.js';
import { integrationFilter, type IntegrationFilter } from './find-integration.js';
import { integrationId } from './integration-id.js';
import { integrationInvalid } from './integration-invalid.js';
import type { StoreDependencies } from './store-dependencies.js';
import type { SessionOption } from '../types/session-option.js';

/** Which integrations, and which page of them. */
export interface ListIntegrationsInput extends Omit<IntegrationFilter, 'name'> {
  /** 1 to 1000; default 100. */
  readonly limit?: number;
  /** The id of the last integration of the page before. */
  readonly after?: Types.ObjectId | string | null;
}

const LARGEST_PAGE = 1000;
const filterFields = ['provider', 'owner', 'isActive'];

/**
 * A page of integrations, in the order in which they were created (that of their ids).
 *
 * @throws IntegrationError `INTEGRATION_INVALID` for a filter, limit or id that is none.
 */
export async function listIntegrations(
  { models }: StoreDependencies,
  input: ListIntegrationsInput = {},
  { session = null }: SessionOption = {},
): Promise<IntegrationDocument[]> {
  const { limit = 100, after = null, ...filter } = input;
  if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST_PAGE) {
    throw integrationInvalid('limit', `a whole number from 1 to ${String(LARGEST_PAGE)}`, limit);
  }
  const last = integrationId(after);
  if (after !== null && last === null) throw integrationInvalid('after', 'the id of an integration', after);
  const page = models.Integration.find(integrationFilter(filter, filterFields)).session(session);
  // Trusted: the host may have Mongoose neutralise operators in all filters.
  if (last !== null) page.where({ _id: trusted({ $gt: last }) });
  return page.sort({ _id: 1 }).limit(limit);
}
