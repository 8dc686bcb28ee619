import type { Types } from 'mongoose';
import type { IntegrationDocument, IntegrationFields } from '../../schemas/integration.js';
import { sealedWith } from '../credentials/sealed-with.js';
import { IntegrationError } from '../errors.js';
import type { PlainObject } from '../types/json.js';
import { acceptedStatus } from './accepted-status.js';
import type { StoreDependencies } from './store-dependencies.js';
import { writeOptions } from '../durable-write.js';
import type { SessionOption } from '../types/session-option.js';

export interface CredentialReplacement {
  readonly credentials: PlainObject;
  /** Other fields, set in the same write. */
  readonly changes: Partial<IntegrationFields>;
}

/** After the first try. */
const MAX_RETRIES = 3;

/**
 * Seals new credentials and stores them, as such that nothing speaks against. The old ones are not opened: entering
 * them again is the remedy where they cannot be. Null when there is no such integration.
 *
 * @throws IntegrationError `CREDENTIALS_CONFLICT` when each try met with another writer.
 */
export async function replaceCredentials(
  { models, sealer }: StoreDependencies,
  integrationId: Types.ObjectId,
  { credentials, changes }: CredentialReplacement,
  options: SessionOption,
): Promise<IntegrationDocument | null> {
  const { sealed } = await sealer.seal({ integrationId, field: 'credentials', value: credentials });
  for (let retry = 0; retry <= MAX_RETRIES; retry += 1) {
    const current = await models.Integration.findOne({ _id: integrationId })
      .select({ credentialVersion: 1, tokens: 1, authStatus: 1, grantEndedAt: 1 })
      .session(options.session ?? null)
      .read('primary')
      .lean();
    if (current === null) return null;
    const { credentialVersion, tokens, authStatus, grantEndedAt } = current;
    const isRefused = authStatus === 'needsReauthorization' && grantEndedAt === null;
    const replaced = await models.Integration.findOneAndUpdate(
      // With the tokens, because key rotation replaces them without a new version, and `sealedWith` must not miss their key.
      { _id: integrationId, credentialVersion, tokens, authStatus },
      {
        $set: {
          ...changes,
          credentials: sealed,
          sealedWith: sealedWith(sealed, tokens),
          authStatus: isRefused ? acceptedStatus(tokens !== null) : authStatus,
        },
        $inc: { credentialVersion: 1 },
      },
      { ...writeOptions(options), returnDocument: 'after' },
    );
    if (replaced !== null) return replaced;
  }
  throw new IntegrationError(
    'CREDENTIALS_CONFLICT',
    `The credentials of integration ${integrationId.toHexString()} were changed by others at the same time.`,
    { details: { integrationId: integrationId.toHexString() } },
  );
}
