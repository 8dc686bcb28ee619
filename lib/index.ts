/**
 * Third-party integrations for Express and MongoDB.
 *
 * @module
 */
export { createIntegrations } from './integrations.js';
export type {
  CreateInput,
  EntriesOf,
  EntryOf,
  Integrations,
  IntegrationServices,
  ProviderEntry,
  ServiceHealth,
  StopOptions,
} from './instance/services.js';
export type {
  CircuitSettings,
  CacheSettings,
  EncryptionKey,
  HealthSettings,
  HttpSettings,
  IdempotencySettings,
  IntegrationsOptions,
  JobsSettings,
  MonitoringSettings,
  RateLimitSettings,
  RequestLimits,
  RequestLogSettings,
  RetryLimits,
} from './options.js';

export {
  CircuitOpenError,
  IdempotencyConflictError,
  errorTable,
  HttpResponseError,
  IntegrationError,
  isIntegrationError,
  isRetryableError,
  MappingAlreadyClaimedError,
  RateLimitExceededError,
  RetriesExhaustedError,
  RetryableError,
  SchemaDriftError,
} from './errors.js';
export type {
  CircuitOpenFacts,
  IdempotencyConflictFacts,
  ErrorEntry,
  IntegrationErrorClasses,
  IntegrationErrorCode,
  IntegrationErrorOf,
  IntegrationErrorOptions,
  MappingAlreadyClaimedFacts,
  RateLimitExceededFacts,
  RetryableErrorOptions,
  SchemaDriftFacts,
} from './errors.js';

export { currentContext, currentSyncAttempt, inBackground } from './context.js';
export type {
  CallPriority,
  OperationContext,
  RequestContext,
  RequestSummary,
  ResponseMetadata,
  SyncAttempt,
} from './context.js';
export * from './sync/exports.js';
export * from './oauth/client/exports.js';
export * from './webhooks/exports.js';
export * from './credentials/exports.js';
export * from './integration-store/exports.js';
export * from './prune/exports.js';
export * from './pagination/exports.js';
export * from './reports/exports.js';
export type { OAuthSettings } from './types/oauth-settings.js';
export type { ReauthorizationReason } from './types/reauthorization-reason.js';
export type { OAuthRouting, OAuthService } from './oauth/connect/create-connections.js';
export type { BeginOAuthInput, BegunOAuth } from './oauth/connect/begin-flow.js';
export type { CompletedOAuth, CompleteOAuthInput } from './oauth/connect/complete-flow.js';
export { retry } from './requests/retry.js';
export type { RetryOptions } from './requests/retry.js';
export type { HealthCheckResult } from './health/health-check.js';
export type { AuthenticatedUserOptions, AuthenticatedUserService, KnownUser } from './identity/authenticated-user.js';
export type { Incidents, ListIncidentsInput } from './incidents/incidents.js';
export type { StalenessResult } from './monitoring/check-staleness.js';
export type { FailureSummaryOptions } from './monitoring/failure-summary.js';
export { parseRetryAfter } from './failures/retry-after.js';
export { statusCodeOf } from './failures/status-code.js';
export { redactingFormat, withIntegrationContext } from './logger.js';
export type { HeaderValues } from './redaction/redact-headers.js';
export type { RedactorOptions } from './redaction/redactor.js';
export type { LoggerLike } from './types/logger.js';

export type { IntegrationEventListener, IntegrationEventName, IntegrationEvents } from './events.js';

export { defineProvider } from '../providers/define-provider.js';
export type {
  CredentialsInputOf,
  CredentialsOf,
  IntegrationOf,
  KnownTypes,
  MetadataInputOf,
  MetadataOf,
  ProviderDefinition,
} from '../providers/define-provider.js';
export type * from '../providers/contracts.js';
export { apiKeyHeader, basic, bearer } from '../providers/authorize.js';
export {
  classifiesFailures,
  customizesRetry,
  declaresRateLimit,
  handlesWebhooks,
  hasHealthCheck,
  hasIncrementalSync,
  hasOAuth2,
  hasScheduledSync,
  identifiesAuthenticatedUser,
  limitsRequestLogging,
  reconcilesWrites,
  redactsRequestData,
  sealsCachedResponses,
  supportsIdempotency,
  type CapabilityGuard,
} from '../providers/capabilities.js';
export type { RegisteredProvider } from '../providers/registered-provider.js';
export type { ProviderRegistry } from '../providers/registry.js';

export type { Guard, GuardedAction } from '../middleware/guard.js';
export { integrationErrorHandler } from '../middleware/integration-error-handler.js';
export type { IntegrationErrorHandlerOptions } from '../middleware/integration-error-handler.js';
export { integrationOf } from '../middleware/integration-of.js';
export { integrationsRouter } from '../middleware/integrations-router.js';
export type { RoutedInstance } from '../middleware/instance-routes.js';
export type { IntegrationsRouterOptions } from '../middleware/integrations-router.js';
export { jobsDashboard } from '../middleware/jobs-dashboard.js';
export type { JobsDashboardOptions } from '../middleware/jobs-dashboard.js';
export { loadIntegration } from '../middleware/load-integration.js';
export type { LoadIntegrationOptions, PerRequest } from '../middleware/load-integration.js';
export type { ProblemDetails } from '../middleware/problem-details.js';
export { captureRawBody } from '../middleware/raw-body.js';

export type { ExternalId } from './types/external-id.js';
export { failureClasses, type FailureClass } from './types/failure-class.js';
export type { FailureRateReport } from './types/failure-rate-report.js';
export type { FailureSummary, Occurrences } from './types/failure-summary.js';
export type { RunDueOptions, RunDueResult } from './types/job-queue.js';
export type { InferSchema, InferSchemaInput, JsonSchema, PlainObject } from './types/json.js';
export type { DanglingMapping, FindOrphansOptions, Orphan, OrphanCursor, UnmappedRecord } from './types/orphan.js';
export type { RecordAttributes, RecordDocument, RecordModel, RecordQuery } from './types/record-model.js';
export type { DocumentLike, IdOrDocument, PolymorphicRef, PolymorphicTarget } from './types/polymorphic.js';
export type {
  CircuitCloseReason,
  CircuitOpenReason,
  CircuitState,
  CircuitStatus,
  EffectiveCircuitState,
  ForcedCircuitState,
} from './types/circuit.js';
export type { CircuitService, ForceCircuitOptions } from './circuit/circuit-service.js';
export type { HoldOptions } from './gates/hold-time.js';
export type {
  IdempotencyService,
  ListUnknownOptions,
  SettledOutcome,
  SettleOptions,
} from './idempotency/idempotency-service.js';
export type { WriteStatus, WriteStatusWithResult } from './idempotency/write-status.js';
export type { OverrideOptions, RateLimitService } from './rate-limits/rate-limit-service.js';
export type { CacheService, InvalidationInput } from './response-cache/cache-service.js';
export type { DeclaredRateLimit, RateLimitOverride, RateLimitReport } from './rate-limits/rate-limit-report.js';
export { RateLimit, rateLimitKinds, type RateLimitKind } from './types/rate-limit.js';
export type {
  CacheOptions,
  CacheTtl,
  CallOptions,
  FromPayload,
  IdempotencyOptions,
  RequestBuilder,
  RequestCallback,
  RequestOptions,
  RequestVerb,
  ResponseSchema,
  ResponseType,
  TypedRequestBuilder,
  TypedRequestVerb,
} from './types/request-builder.js';
export type { SessionOption } from './types/session-option.js';
export type { WebhookRequest } from './types/webhook-request.js';

export * from '../schemas/exports.js';
