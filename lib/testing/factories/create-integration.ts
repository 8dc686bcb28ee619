import { hasOAuth2 } from '../../../providers/capabilities.js';
import type { OAuthTokens } from '../../../providers/contracts.js';
import { requireCapability } from '../../../providers/require-capability.js';
import type { IntegrationDocument } from '../../../schemas/integration.js';
import { IntegrationError } from '../../errors.js';
import { internals } from '../../instance/internals.js';
import { integrationCollection } from '../../integration-store/integration-collection.js';
import type { CreateIntegrationInput } from '../../integration-store/create-integration.js';
import { integrationNotFound } from '../../integration-store/integration-id.js';
import { compileSchema } from '../../json-schema/compile-schema.js';
import { createConnectionQueries } from '../../oauth/connect/connection-queries.js';
import { sealedTokens } from '../../oauth/sealed-tokens.js';
import type { JsonSchema, PlainObject } from '../../types/json.js';
import { testedInstance, type InstanceOption } from '../tested-instance.js';
import { exampleValue } from './example-value.js';

/** What a test wants of an integration; the rest is made up. */
export interface TestIntegration extends Partial<Omit<CreateIntegrationInput, 'provider'>>, InstanceOption {
  /** OAuth tokens, as if a user had connected; absent: none. */
  readonly tokens?: TestTokens;
}

/** Tokens as a token endpoint would have given them. */
export interface TestTokens {
  /** Default `test-access-token`. */
  readonly accessToken?: string;
  /** Default `test-refresh-token`; null: none. */
  readonly refreshToken?: string | null;
  /** From now; below 0: it has expired. Default 3,600; null: the other side does not say. */
  readonly expiresInSeconds?: number | null;
  readonly scopes?: readonly string[];
  readonly account?: string;
}

/**
 * Saves an integration of a registered provider. What is not given of credentials and metadata is made up from the
 * provider's JSON Schemas: required members alone, by `const`, `enum`, `default`, `examples`, types, formats, patterns
 * and bounds; texts differ from one integration to the next.
 *
 * @throws IntegrationError `TEST_VALUE_MISSING` where a required value cannot be made up: give that one;
 *   `PROVIDER_UNKNOWN`, and what `integrations.create()` raises of what was given
 */
export async function createIntegration(provider: string, given: TestIntegration = {}): Promise<IntegrationDocument> {
  const { integrations, tokens, ...input } = given;
  const instance = testedInstance({ integrations });
  const { credentialSchema, metadataSchema } = instance.providers.get(provider).provider;
  const created = await instance.create({
    ...input,
    provider,
    name: input.name ?? `Test ${provider}`,
    credentials: completed(provider, 'credentials', credentialSchema, input.credentials),
    metadata: completed(provider, 'metadata', metadataSchema, input.metadata ?? undefined),
  });
  return tokens === undefined ? created : connected(instance, created, tokens);
}

type Field = 'credentials' | 'metadata';

function completed(provider: string, field: Field, schema: JsonSchema, given: PlainObject = {}): PlainObject {
  const example = exampleValue(schema, field)?.value;
  const value = { ...(typeof example === 'object' ? example : {}), ...given };
  const [problem] = compileSchema(schema)(value);
  // What is wrong with given values is for integrations.create() to say.
  const isGiven = problem !== undefined && Object.keys(given).some((name) => problem.startsWith(name));
  if (problem === undefined || isGiven) return value;
  throw new IntegrationError(
    'TEST_VALUE_MISSING',
    `createIntegration('${provider}') cannot make up its ${field}: ${problem}. Give it: { ${field}: { … } }.`,
    { details: { provider, field, problem } },
  );
}

async function connected(
  instance: ReturnType<typeof testedInstance>,
  integration: IntegrationDocument,
  tokens: TestTokens,
): Promise<IntegrationDocument> {
  const { Integration } = instance.models;
  const provider = requireCapability(instance.providers.get(integration.provider), 'HasOAuth2', hasOAuth2);
  const { _id: integrationId } = integration;
  const queries = createConnectionQueries(integrationCollection(Integration));
  const row = await queries.read(integrationId);
  if (row === null) throw integrationNotFound(integrationId);
  const { sealer } = instance[internals];
  const answer = answerOf(tokens);
  const sealed = await sealedTokens(sealer, { integrationId, provider, answer, before: null, random: 0 });
  const { scopes, account: connectedAccount = null } = tokens;
  const grantedScopes = scopes === undefined ? null : [...scopes];
  const { tokenExpiresAt } = answer;
  // Not as one that was given just now, which nobody refreshes so soon.
  const tokenRefreshAt = tokenExpiresAt && new Date(tokenExpiresAt.getTime() - provider.refreshThreshold() * 1_000);
  const connection = { ...sealed, tokenRefreshAt, grantedScopes, connectedAccount, isOtherAccount: false };
  await queries.connect(row, connection);
  return instance.findOrFail(integrationId);
}

function answerOf({ accessToken, refreshToken, expiresInSeconds = 3_600 }: TestTokens): OAuthTokens {
  return {
    accessToken: accessToken ?? 'test-access-token',
    refreshToken: refreshToken === undefined ? 'test-refresh-token' : refreshToken,
    tokenExpiresAt: expiresInSeconds === null ? null : new Date(Date.now() + expiresInSeconds * 1_000),
  };
}
