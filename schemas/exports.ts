/** The models, and what they store; part of the public entry. */
export type { IntegrationModels } from './models.js';
export { authStatuses, healthStatuses } from './integration.js';
export type {
  AuthStatus,
  HealthStatus,
  InstalledAs,
  IntegrationDocument,
  IntegrationFields,
  IntegrationMethods,
  IntegrationModel,
  IntegrationQuery,
  IntegrationQueryHelpers,
  IntegrationStatics,
  IntegrationValues,
  StoredIdentity,
} from './integration.js';
export type { TokenRefreshState } from './oauth-fields.js';
export type { MappingMethods } from './mapping-methods.js';
export type * from './operation-input.js';

export type { IntegrationGateFields, IntegrationGateModel, StoredCircuit, StoredRateSlot } from './integration-gate.js';
export { idempotencyStates } from './integration-idempotency-key.js';
export type {
  IdempotencyState,
  IntegrationIdempotencyKeyDocument,
  IntegrationIdempotencyKeyFields,
  IntegrationIdempotencyKeyModel,
} from './integration-idempotency-key.js';
export { incidentSeverities, incidentSources } from './integration-incident.js';
export type {
  IncidentSeverity,
  IncidentSource,
  IntegrationIncidentDocument,
  IntegrationIncidentFields,
  IntegrationIncidentModel,
} from './integration-incident.js';
export type {
  IntegrationLogDocument,
  IntegrationLogFields,
  IntegrationLogModel,
  IntegrationLogQuery,
  IntegrationLogQueryHelpers,
  OperationDirection,
} from './integration-log.js';
export type {
  IntegrationMappingDocument,
  IntegrationMappingFields,
  IntegrationMappingModel,
} from './integration-mapping.js';
export type { IntegrationOAuthFlowFields, IntegrationOAuthFlowModel } from './integration-oauth-flow.js';
export type {
  IntegrationRequestDocument,
  IntegrationRequestFields,
  IntegrationRequestModel,
  RequestAttempt,
  StoredError,
} from './integration-request.js';
export type { IntegrationResponseFields, IntegrationResponseModel, StoredValidators } from './integration-response.js';
export type { IntegrationSyncBatchFields, IntegrationSyncBatchModel } from './integration-sync-batch.js';
export type { IntegrationSyncEntityFields, IntegrationSyncEntityModel } from './integration-sync-entity.js';
export { syncItemStatuses } from './integration-sync-item.js';
export type {
  IntegrationSyncItemDocument,
  IntegrationSyncItemFields,
  IntegrationSyncItemMethods,
  IntegrationSyncItemModel,
  IntegrationSyncItemQuery,
  IntegrationSyncItemQueryHelpers,
  IntegrationSyncItemStatics,
  SyncItemStatus,
} from './integration-sync-item.js';
export { syncModes, syncOutcomes, syncRunPhases } from './integration-sync-run.js';
export type {
  IntegrationSyncRunDocument,
  IntegrationSyncRunFields,
  IntegrationSyncRunModel,
  SyncMode,
  SyncOutcome,
  SyncRunPhase,
} from './integration-sync-run.js';
export { webhookStatuses } from './integration-webhook.js';
export type {
  IntegrationWebhookDocument,
  IntegrationWebhookFields,
  IntegrationWebhookModel,
  IntegrationWebhookQuery,
  IntegrationWebhookQueryHelpers,
  WebhookStatus,
} from './integration-webhook.js';
