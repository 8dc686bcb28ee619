import type { CapabilityContracts, CapabilityName } from '../../providers/contracts.js';

/**
 * The members of every optional contract, all of them required by it. The one table behind the capability guards and
 * the check for half-implemented contracts.
 */
export const capabilityMembers = {
  HasScheduledSync: ['sync', 'defaultSyncInterval', 'defaultRateLimit', 'reduceCheckpoints'],
  HasIncrementalSync: ['syncIncremental', 'sync', 'defaultSyncInterval', 'defaultRateLimit', 'reduceCheckpoints'],
  HandlesWebhooks: [
    'handleWebhook',
    'verifyWebhookSignature',
    'resolveWebhookEvent',
    'webhookHandlers',
    'webhookDeliveryId',
  ],
  HasOAuth2: ['authorizationUrl', 'exchangeCode', 'refreshToken', 'revokeToken', 'refreshThreshold'],
  HasHealthCheck: ['healthCheck'],
  RedactsRequestData: ['sensitiveRequestFields', 'sensitiveResponseFields'],
  SupportsIdempotency: ['supportsIdempotency'],
  ReconcilesWrites: ['reconcileWrite'],
  SealsCachedResponses: ['sealCachedResponses'],
  CustomizesRetry: ['isRetryable', 'retryDelayMs'],
  DeclaresRateLimit: ['defaultRateLimit'],
  ClassifiesFailures: ['classifyFailure'],
  LimitsRequestLogging: ['unloggedEndpoints', 'maxStoredResponseBytes'],
  IdentifiesAuthenticatedUser: ['authenticatedUser'],
} as const satisfies { readonly [Name in CapabilityName]: readonly (keyof CapabilityContracts[Name])[] };

/** Members that a contract may have beside those. */
export const optionalCapabilityMembers = {
  DeclaresRateLimit: ['rateLimits'],
  HasOAuth2: ['requestedScopes', 'connectsWithoutUser', 'authorizationIssuer'],
  HandlesWebhooks: [
    'resolveIntegration',
    'webhookSecretScope',
    'webhookOrderingKey',
    'answerWebhookChallenge',
    'sealWebhooks',
    'invalidSignatureStatus',
    'webhookTries',
    'webhookBackoff',
  ],
  HasScheduledSync: [
    'checkpointOrder',
    'defaultSyncCron',
    'syncItemEvents',
    'itemTries',
    'itemBackoff',
    'detectDeletions',
    'sealSyncPayloads',
  ],
} as const satisfies { readonly [Name in CapabilityName]?: readonly (keyof CapabilityContracts[Name])[] };
