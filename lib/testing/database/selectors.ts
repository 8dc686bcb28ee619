import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { IntegrationIdempotencyKeyDocument } from '../../../schemas/integration-idempotency-key.js';
import type { IntegrationIncidentDocument } from '../../../schemas/integration-incident.js';
import type { IntegrationLogDocument } from '../../../schemas/integration-log.js';
import type { IntegrationMappingDocument } from '../../../schemas/integration-mapping.js';
import type { IntegrationRequestDocument } from '../../../schemas/integration-request.js';
import type { IntegrationSyncItemDocument } from '../../../schemas/integration-sync-item.js';
import type { IntegrationSyncRunDocument } from '../../../schemas/integration-sync-run.js';
import type { IntegrationWebhookDocument } from '../../../schemas/integration-webhook.js';
import type { IntegrationModels } from '../../../schemas/models.js';

/** What a test can wait for. */
export interface Selected {
  readonly integration: IntegrationDocument;
  readonly request: IntegrationRequestDocument;
  readonly log: IntegrationLogDocument;
  readonly mapping: IntegrationMappingDocument;
  readonly webhook: IntegrationWebhookDocument;
  readonly syncRun: IntegrationSyncRunDocument;
  readonly syncItem: IntegrationSyncItemDocument;
  readonly incident: IntegrationIncidentDocument;
  readonly idempotencyKey: IntegrationIdempotencyKeyDocument;
}

export type Selector = keyof Selected;

/** The names of their models in the contract. */
export const modelNames = {
  integration: 'Integration',
  request: 'IntegrationRequest',
  log: 'IntegrationLog',
  mapping: 'IntegrationMapping',
  webhook: 'IntegrationWebhook',
  syncRun: 'IntegrationSyncRun',
  syncItem: 'IntegrationSyncItem',
  incident: 'IntegrationIncident',
  idempotencyKey: 'IntegrationIdempotencyKey',
} as const satisfies Readonly<Record<Selector, keyof IntegrationModels>>;
