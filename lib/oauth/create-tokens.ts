import type { ProviderRegistry } from '../../providers/registry.js';
import type { IntegrationModel } from '../../schemas/integration.js';
import type { Sealer } from '../credentials/sealer.js';
import type { EventHub } from '../event-hub.js';
import type { DocumentValues } from '../integration-store/document-values.js';
import { integrationCollection } from '../integration-store/integration-collection.js';
import type { LoggerLike } from '../types/logger.js';
import type { OAuthSettings } from '../types/oauth-settings.js';
import { createAccessTokens, type AccessTokens } from './access-tokens.js';
import { createReconnectUrl, type ReconnectParts } from './reconnect-url.js';
import { createRefreshQueries } from './refresh-queries.js';
import { createTokenRefresher } from './token-refresher.js';

export interface TokenParts extends ReconnectParts {
  readonly model: IntegrationModel;
  readonly registry: ProviderRegistry;
  readonly sealer: Sealer;
  readonly values: DocumentValues;
  readonly settings: OAuthSettings;
  readonly events: EventHub;
  readonly logger: LoggerLike;
}

/** The access tokens of one instance. */
export interface Tokens extends AccessTokens {
  /** Resolves when no refresh is under way in this process. */
  idle(): Promise<void>;
}

export function createTokens(parts: TokenParts): Tokens {
  const { model, settings } = parts;
  const leaseMs = settings.refreshLeaseSeconds * 1_000;
  const waitMs = settings.refreshWaitSeconds * 1_000;
  const refresher = createTokenRefresher({
    ...parts,
    ...{ leaseMs, waitMs, random: Math.random },
    queries: createRefreshQueries(integrationCollection(model), leaseMs),
    reconnectUrl: createReconnectUrl(parts),
  });
  return { ...createAccessTokens({ ...parts, refresher, waitMs }), idle: refresher.idle };
}
