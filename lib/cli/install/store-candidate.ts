import {
  installedAsIndex,
  type InstalledAs,
  type IntegrationDocument,
  type IntegrationModel,
} from '../../../schemas/integration.js';
import { durableWrite } from '../../durable-write.js';
import { IntegrationError } from '../../errors.js';
import { isDuplicateKey } from '../../failures/duplicate-key.js';
import type { Integrations } from '../../instance/services.js';
import { ownerFields } from '../../integration-store/field-rules.js';
import { internalsOf } from '../sealer-of.js';
import type { Candidate } from './check-candidate.js';
import { existingIntegration, type Identity } from './existing.js';

/**
 * Stores an integration: a new one, or the new values of that one, in one write.
 *
 * @throws IntegrationError `INTEGRATION_EXISTS` where somebody else installed one of that name meanwhile: nothing was
 *   written
 */
export async function storeCandidate(
  integrations: Integrations,
  candidate: Candidate,
  existing: IntegrationDocument | null,
): Promise<IntegrationDocument> {
  const { credentials, metadata } = candidate;
  if (existing !== null) return integrations.update(existing, { credentials, metadata });
  const { Integration } = integrations.models;
  const { install } = internalsOf(integrations);
  const installedAs = installedAsOf(candidate);
  // Also where nobody has run `setup`; where another process is about to make it, this waits for it.
  await Integration.collection.createIndexes([{ key: installedAsIndex.key, ...installedAsIndex.options }]);
  // What the application itself has made meanwhile, to which names need not be unique.
  if ((await existingIntegration(integrations, candidate)) !== null) throw existsMeanwhile(candidate);
  for (;;) {
    try {
      return await install(candidate, installedAs);
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
    if (!(await freeName(Integration, installedAs))) throw existsMeanwhile(candidate);
  }
}

function installedAsOf({ provider, name, owner }: Identity): InstalledAs {
  return { provider, name, ...ownerFields(owner) };
}

/**
 * One that was renamed since, or given to somebody else, leaves its name to others.
 *
 * @returns Whether there was one.
 */
export async function freeName({ collection }: IntegrationModel, installedAs: InstalledAs): Promise<boolean> {
  const renamed = { installedAs, $nor: [{ ...installedAs }] };
  const { modifiedCount } = await collection.updateOne(renamed, { $unset: { installedAs: '' } }, durableWrite);
  return modifiedCount === 1;
}

function existsMeanwhile({ provider, name }: Identity): IntegrationError {
  return new IntegrationError(
    'INTEGRATION_EXISTS',
    `Somebody else made '${name}' (${provider}) at the same time. Nothing was written here.`,
  );
}
