import type { ProviderRegistry } from '../../../providers/registry.js';
import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { IntegrationModels } from '../../../schemas/models.js';
import { createBoundSealer } from '../../credentials/bound-sealer.js';
import type { KeyRing } from '../../credentials/key-ring.js';
import type { Sealer } from '../../credentials/sealer.js';
import type { EventHub } from '../../event-hub.js';
import { integrationCollection } from '../../integration-store/integration-collection.js';
import type { CacheService } from '../../response-cache/cache-service.js';
import type { LoggerLike } from '../../types/logger.js';
import type { OAuthSettings } from '../../types/oauth-settings.js';
import type { IdOrDocument } from '../../types/polymorphic.js';
import { createRefreshQueries } from '../refresh-queries.js';
import { beginFlow, type BeginOAuthInput, type BegunOAuth } from './begin-flow.js';
import { completeFlow, type CompletedOAuth, type CompleteOAuthInput } from './complete-flow.js';
import { createConnectionQueries } from './connection-queries.js';
import { endConnection } from './end-connection.js';
import type { ExchangeParts } from './exchange-code.js';
import { createFlowCookies } from './flow-cookie.js';
import { createFlowStore } from './flow-store.js';
import { createForgetFormerAccount } from './former-account.js';
import { createReturnAddresses } from './return-to.js';
import { createStateTokens } from './state-tokens.js';

export interface ConnectionsParts extends Pick<ExchangeParts, 'toStoredError' | 'knownSecrets'> {
  readonly models: IntegrationModels;
  readonly registry: ProviderRegistry;
  readonly keyRing: KeyRing;
  readonly sealer: Sealer;
  readonly cache: Pick<CacheService, 'invalidate'>;
  /** The options. */
  readonly oauth: OAuthSettings;
  readonly prefix: string;
  readonly publicUrl: string | null;
  readonly basePath: string;
  readonly events: EventHub;
  readonly logger: LoggerLike;
}

/** Connects integrations by OAuth 2, and disconnects them. The routes use it; so may any other framework. */
export interface OAuthService {
  /**
   * Begins a connection: send the browser to the URL, with the cookies.
   *
   * @throws IntegrationError `INTEGRATION_NOT_FOUND`, `PROVIDER_UNKNOWN`, `CAPABILITY_MISSING`, `PROVIDER_INVALID`,
   *   `OAUTH_RETURN_TO_INVALID`, `OPTIONS_INVALID` for an address without TLS; and what the provider raises
   */
  begin(target: IdOrDocument, input?: BeginOAuthInput): Promise<BegunOAuth>;
  /**
   * Completes it with what the browser came back with. It works once: whatever is wrong, the user has to begin again.
   *
   * @throws IntegrationError `OAUTH_STATE_INVALID`, `OAUTH_ISSUER_MISMATCH`, `OAUTH_DENIED`, `OAUTH_EXCHANGE_FAILED`,
   *   `OAUTH_TOKEN_INVALID`, `OAUTH_CLIENT_INVALID`, `OAUTH_ACCOUNT_CHANGED`, `INTEGRATION_NOT_FOUND`
   */
  complete(input: CompleteOAuthInput): Promise<CompletedOAuth>;
  /**
   * Ends the connection: at the other side, if it can be told, and here in any case. Credentials stay.
   *
   * @throws IntegrationError `INTEGRATION_NOT_FOUND`, `PROVIDER_UNKNOWN`, `CAPABILITY_MISSING`, `CREDENTIALS_CONFLICT`
   */
  revoke(target: IdOrDocument): Promise<IntegrationDocument>;
}

/** What the routes need beside it. */
export interface OAuthRouting {
  readonly publicUrl: string | null;
  readonly successPath: string | null;
  readonly failurePath: string | null;
  /** The address, if users may be sent there; raises `OAUTH_RETURN_TO_INVALID`. */
  checkedReturnTo(returnTo: unknown): string;
}

export function createConnections(parts: ConnectionsParts): OAuthService & OAuthRouting {
  const { models, oauth: settings, prefix, publicUrl } = parts;
  const collection = integrationCollection(models.Integration);
  const { stateSeconds, successPath, failurePath } = settings;
  const verifiers = createBoundSealer(parts.keyRing);
  const returnAddresses = createReturnAddresses(settings.returnTo);
  const shared = {
    model: models.Integration,
    flows: createFlowStore(models.IntegrationOAuthFlow, stateSeconds * 1_000),
    states: createStateTokens(parts.keyRing),
    cookies: createFlowCookies(prefix, stateSeconds),
    queries: createConnectionQueries(collection),
  };
  const beginning = { ...parts, ...shared, settings, sealer: verifiers, returnAddresses };
  const completing = { ...parts, ...shared, verifiers, forgetFormerAccount: createForgetFormerAccount(parts) };
  const refreshes = createRefreshQueries(collection, settings.refreshLeaseSeconds * 1_000);
  const ending = { ...parts, ...shared, refreshes, waitMs: settings.refreshLeaseSeconds * 1_000 };
  return {
    ...{ publicUrl, successPath, failurePath, checkedReturnTo: returnAddresses.checked },
    begin: (target, input = {}) => beginFlow(beginning, target, input),
    complete: (input) => completeFlow(completing, input),
    revoke: (target) => endConnection(ending, target),
  };
}
