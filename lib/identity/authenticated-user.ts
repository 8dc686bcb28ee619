import { identifiesAuthenticatedUser } from '../../providers/capabilities.js';
import type { AuthenticatedUser } from '../../providers/contracts.js';
import type { ProviderRegistry } from '../../providers/registry.js';
import { requireCapability } from '../../providers/require-capability.js';
import type { IntegrationDocument, IntegrationModel, StoredIdentity } from '../../schemas/integration.js';
import { runWithin } from '../context.js';
import { IntegrationError } from '../errors.js';
import { integrationIdentity } from '../integration-identity.js';
import { integrationCollection } from '../integration-store/integration-collection.js';
import { integrationDocument } from '../integration-store/integration-document.js';
import { refreshDocument } from '../integration-store/refresh-document.js';
import type { LoggerLike } from '../types/logger.js';
import type { IdOrDocument } from '../types/polymorphic.js';
import { withinTime } from '../within-time.js';

export interface AuthenticatedUserParts {
  readonly model: IntegrationModel;
  readonly registry: Pick<ProviderRegistry, 'get'>;
  readonly logger: LoggerLike;
}

export interface AuthenticatedUserOptions {
  /** Asks the other API even if the answer is known. Default false. */
  readonly refresh?: boolean;
}

/** Who the credentials of an integration act as. */
export interface KnownUser {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly fetchedAt: Date;
  /** What the provider made it of: only where it has been asked just now, for it is not stored. */
  readonly raw?: unknown;
}

/** Tells who the credentials of an integration act as. */
export type AuthenticatedUserService = (target: IdOrDocument, options?: AuthenticatedUserOptions) => Promise<KnownUser>;

/** Nobody waits longer for a database that is away. */
const longestWaitMs = 1_000;

/**
 * Makes the service. An answer is stored with the integration, and holds while its credentials stay the same. Whoever
 * asks while the other API is being asked gets the same answer.
 *
 * It raises `INTEGRATION_NOT_FOUND`, `PROVIDER_UNKNOWN`, `CAPABILITY_MISSING`, `PROVIDER_INVALID` for an answer without
 * an id, and whatever the provider raises.
 */
export function createAuthenticatedUser(parts: AuthenticatedUserParts): AuthenticatedUserService {
  /** By integration and version of the credentials. */
  const asked = new Map<string, Promise<KnownUser>>();

  return async function authenticatedUser(target, { refresh = false } = {}) {
    const integration = await integrationDocument(parts.model, target);
    const provider = requireCapability(
      parts.registry.get(integration.provider),
      'IdentifiesAuthenticatedUser',
      identifiesAuthenticatedUser,
    );
    const known = refresh ? null : await knownUser(parts, integration);
    if (known !== null) return known;
    const key = `${integration._id.toHexString()} ${String(integration.credentialVersion)}`;
    const answer =
      asked.get(key) ??
      ask(parts, integration, () => provider.authenticatedUser(integration)).finally(() => asked.delete(key));
    asked.set(key, answer);
    return answer;
  };
}

/** What the document tells, or, as it may have been loaded long ago, what is stored. */
async function knownUser(
  { model }: AuthenticatedUserParts,
  integration: IntegrationDocument,
): Promise<KnownUser | null> {
  const { _id, credentialVersion, authenticatedUser } = integration;
  if (authenticatedUser?.credentialVersion === credentialVersion) return userOf(authenticatedUser);
  const stored = await integrationCollection(model).findOne<{ authenticatedUser: StoredIdentity }>(
    { _id, 'authenticatedUser.credentialVersion': credentialVersion },
    { projection: { authenticatedUser: 1 } },
  );
  return stored === null ? null : userOf(stored.authenticatedUser);
}

function userOf({ credentialVersion: _version, ...user }: StoredIdentity): KnownUser {
  return user;
}

async function ask(
  parts: AuthenticatedUserParts,
  integration: IntegrationDocument,
  provider: () => Promise<AuthenticatedUser>,
): Promise<KnownUser> {
  // Who asks later gets the answer to these.
  const { credentialVersion } = integration;
  const answer = await runWithin({ integration: integrationIdentity(integration) }, provider);
  const user = { ...checked(answer, integration.provider), fetchedAt: new Date() };
  await store(parts, integration, { ...user, credentialVersion });
  return { ...user, raw: answer.raw };
}

/** A provider in JavaScript may say anything. */
function checked(answer: Partial<AuthenticatedUser> | null | undefined, key: string) {
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  const id = text(answer?.id);
  if (id !== null && id !== '') return { id, name: text(answer?.name), email: text(answer?.email) };
  throw new IntegrationError('PROVIDER_INVALID', `authenticatedUser() of provider '${key}' gave no id.`, {
    details: { provider: key },
  });
}

/** Not where the credentials have changed meanwhile. The caller gets the answer, stored or not. */
async function store(
  { model, logger }: AuthenticatedUserParts,
  integration: IntegrationDocument,
  authenticatedUser: StoredIdentity,
): Promise<void> {
  const { _id } = integration;
  const { credentialVersion } = authenticatedUser;
  try {
    const update = { $set: { authenticatedUser } };
    const stored = integrationCollection(model).updateOne({ _id, credentialVersion }, update, {
      writeConcern: { w: 1 },
    });
    const result = await withinTime(stored, longestWaitMs, null);
    if (result?.matchedCount === 1) refreshDocument(integration, { authenticatedUser });
  } catch (error) {
    logger.warn('The authenticated user could not be stored.', { integrationId: _id.toHexString(), error });
  }
}
