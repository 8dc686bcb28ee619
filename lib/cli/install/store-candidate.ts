import type { IntegrationDocument } from '../../../schemas/integration.js';
import { IntegrationError } from '../../errors.js';
import type { Integrations } from '../../instance/services.js';
import type { Candidate } from './check-candidate.js';
import { namesakes } from './existing.js';

/**
 * Stores an integration: a new one, or the new values of that one, in one write.
 *
 * @throws IntegrationError `INTEGRATION_AMBIGUOUS` where somebody else made one of that name meanwhile: nothing is kept
 */
export async function storeCandidate(
  integrations: Integrations,
  candidate: Candidate,
  existing: IntegrationDocument | null,
): Promise<IntegrationDocument> {
  const { provider, name, owner, credentials, metadata } = candidate;
  if (existing !== null) return integrations.update(existing, { credentials, metadata });
  const created = await integrations.create({ provider, name, owner, credentials, metadata });
  // Names need not be unique, so that no index sees to it. Of two that look after they have written, the later one sees
  // the earlier one, or each the other; never neither.
  const found = await namesakes(integrations, { provider, name, owner });
  if (found.length < 2) return created;
  await integrations.delete(created);
  throw new IntegrationError(
    'INTEGRATION_AMBIGUOUS',
    'Somebody else made an integration of that name at the same time. This one was not kept: start again.',
  );
}
