import { hasOAuth2 } from '../../providers/capabilities.js';
import type { ProviderRegistry } from '../../providers/registry.js';
import type { IntegrationDocument, IntegrationFields } from '../../schemas/integration.js';
import { IntegrationError, isIntegrationError } from '../errors.js';
import type { DocumentValues } from '../integration-store/document-values.js';
import { refreshDocument } from '../integration-store/refresh-document.js';
import type { LoggerLike } from '../types/logger.js';
import { withinTime } from '../within-time.js';
import type { RefreshRow } from './refresh-queries.js';
import { expiresSoon } from './refresh-time.js';
import { isRefreshing } from './refreshing-documents.js';
import type { IsWanted, TokenRefresher } from './token-refresher.js';

export interface AccessTokenParts {
  readonly registry: Pick<ProviderRegistry, 'find'>;
  readonly values: Pick<DocumentValues, 'credentialsArray'>;
  readonly refresher: Pick<TokenRefresher, 'refresh'>;
  /** How long a caller waits for new tokens at most. */
  readonly waitMs: number;
  readonly logger: Pick<LoggerLike, 'warn'>;
}

/** The access tokens of integrations, as callers use them. */
export interface AccessTokens {
  /**
   * The access token, refreshed where it expires soon; null: there is none. The first one is asked for where no user
   * has to agree to it.
   *
   * @throws IntegrationError `REAUTHORIZATION_REQUIRED`, `OAUTH_REFRESH_FAILED` where the old one has expired, or there
   *   is none
   */
  getAccessToken(integration: IntegrationDocument): Promise<string | null>;
  /** Whether less of its life is left than the provider's `refreshThreshold()`. */
  tokenExpiresSoon(integration: IntegrationDocument): boolean;
  /** Refreshes it where it expires soon; whether the document has another one now. Raises as `getAccessToken()`. */
  refreshTokenIfNeeded(integration: IntegrationDocument): Promise<boolean>;
  /**
   * The other API has refused the token although it should be good: gets another one, if there is a way to.
   *
   * @param presented The sealed tokens that were used.
   * @returns Whether the document has another one now.
   */
  replaceRefused(integration: IntegrationDocument, presented: string): Promise<boolean>;
  /** Refreshes it because its time has come, before any caller has to. Raises as `getAccessToken()`. */
  refreshAhead(integration: IntegrationDocument): Promise<void>;
}

/** What a refresh changes of a document. */
const changed = [
  ...(['tokens', 'sealedWith', 'credentialVersion', 'tokenExpiresAt', 'tokenRefreshAt', 'tokenRefresh'] as const),
  ...(['grantEndedAt', 'grantedScopes', 'authStatus'] as const),
] satisfies (keyof IntegrationFields)[];

const stillGood = 'The access token is used although it could not be refreshed: it is still good.';

export function createAccessTokens(parts: AccessTokenParts): AccessTokens {
  const { registry, values, logger } = parts;

  const thresholdMs = (integration: IntegrationDocument) => refreshThresholdMs(registry, integration);
  const tokenExpiresSoon = (integration: IntegrationDocument) => needsRefresh(registry, integration);

  async function refreshTokenIfNeeded(integration: IntegrationDocument): Promise<boolean> {
    if (!tokenExpiresSoon(integration) || !(await isRefreshable(parts, integration))) return false;
    const threshold = thresholdMs(integration) ?? 0;
    try {
      const { tokens } = integration;
      await replace(parts, integration, (row) => !isDue(registry, row, threshold));
      return integration.tokens !== tokens;
    } catch (error) {
      if (!isPassing(error) || !isGood(integration)) throw error;
      logger.warn(stillGood, { integrationId: integration.id });
      return false;
    }
  }

  return {
    tokenExpiresSoon,
    refreshTokenIfNeeded,
    async getAccessToken(integration) {
      await refreshTokenIfNeeded(integration);
      const { accessToken } = await values.credentialsArray(integration);
      return typeof accessToken === 'string' ? accessToken : null;
    },
    async replaceRefused(integration, presented) {
      // Another call with this document has met with the same, and is through with it.
      if (integration.tokens !== presented) return true;
      if (thresholdMs(integration) === null || !(await isRefreshable(parts, integration))) return false;
      await replace(parts, integration, ({ tokens }) => tokens !== presented);
      return true;
    },
    async refreshAhead(integration) {
      const { tokenRefreshAt } = integration;
      if (thresholdMs(integration) === null || !(await isRefreshable(parts, integration))) return;
      await replace(parts, integration, (row) => row.tokenRefreshAt?.getTime() !== tokenRefreshAt?.getTime());
    },
  };
}

type Registry = AccessTokenParts['registry'];

/** Null: there is nothing to refresh. */
function refreshThresholdMs(registry: Registry, integration: IntegrationDocument): number | null {
  const provider = registry.find(integration.provider)?.provider;
  if (provider === undefined || !hasOAuth2(provider) || isRefreshing(integration)) return null;
  return provider.refreshThreshold() * 1_000;
}

function needsRefresh(registry: Registry, integration: IntegrationDocument): boolean {
  const thresholdMs = refreshThresholdMs(registry, integration);
  return thresholdMs !== null && isDue(registry, integration, thresholdMs);
}

/** An integration, as far as it tells whether it needs other tokens. */
type HeldTokens = Pick<IntegrationFields, 'provider' | 'tokens' | 'tokenExpiresAt' | 'tokenRefreshAt'>;

/** Whether it is time for other tokens; for the first ones, where no user has to agree to them. */
function isDue(registry: Registry, held: HeldTokens, thresholdMs: number): boolean {
  if (held.tokens === null && connectsWithoutUser(registry, held.provider)) return true;
  return expiresSoon(held, Date.now(), thresholdMs);
}

function connectsWithoutUser(registry: Registry, key: string): boolean {
  return registry.find(key)?.provider.connectsWithoutUser === true;
}

async function isRefreshable(
  { registry, values }: AccessTokenParts,
  integration: IntegrationDocument,
): Promise<boolean> {
  if (connectsWithoutUser(registry, integration.provider)) return true;
  return typeof (await values.credentialsArray(integration)).refreshToken === 'string';
}

/** The document shows what is stored then. */
async function replace(
  { refresher, waitMs }: AccessTokenParts,
  integration: IntegrationDocument,
  isWanted: IsWanted,
): Promise<void> {
  // What takes longer goes on: whatever it brings is stored.
  const row = await withinTime(refresher.refresh(integration, isWanted), waitMs, null);
  if (row === null) throw tooLate(integration);
  refreshDocument(integration, changesOf(row));
}

function changesOf(row: RefreshRow): Partial<IntegrationFields> {
  return Object.fromEntries(changed.map((field) => [field, row[field]]));
}

/** Not of the integration, or the configuration: of the other side, or of a database that is away. */
function isPassing(error: unknown): boolean {
  if (!isIntegrationError(error)) return true;
  return isIntegrationError(error, 'OAUTH_REFRESH_FAILED') || isIntegrationError(error, 'REAUTHORIZATION_REQUIRED');
}

/** Whether there is a token that has not expired. */
function isGood({ tokens, tokenExpiresAt }: IntegrationDocument): boolean {
  return tokens !== null && (tokenExpiresAt === null || tokenExpiresAt.getTime() > Date.now());
}

function tooLate({ id }: IntegrationDocument): IntegrationError {
  return new IntegrationError('OAUTH_REFRESH_FAILED', `The access token of integration ${id} took too long to get.`, {
    details: { integrationId: id },
  });
}
