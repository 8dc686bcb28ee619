import type { HealthStatus, IntegrationDocument } from '../schemas/integration.js';
import type { IntegrationIncidentDocument } from '../schemas/integration-incident.js';
import type { IntegrationLogDocument } from '../schemas/integration-log.js';
import type { IntegrationRequestDocument } from '../schemas/integration-request.js';
import type { IntegrationWebhookDocument } from '../schemas/integration-webhook.js';
import type { IntegrationSyncItemDocument } from '../schemas/integration-sync-item.js';
import type { CircuitCloseReason, CircuitOpenReason } from './types/circuit.js';
import type { FailureSummary } from './types/failure-summary.js';
import type { ReauthorizationReason } from './types/reauthorization-reason.js';
import type { SyncResult } from './types/sync-result.js';
import type { MissingEntity } from './types/missing-entity.js';

/** Every event and its payload: a notice after the change was stored; the collections are the truth. */
export interface IntegrationEvents {
  /** An integration was stored; in a transaction, once it was committed and its session has ended. */
  integrationCreated: { integration: IntegrationDocument };
  /** A sync ended cleanly. */
  integrationSynced: { integration: IntegrationDocument };
  /** On a transition of its health: by calls, or by `enable()`. */
  integrationHealthChanged: {
    integration: IntegrationDocument;
    previousStatus: HealthStatus;
    newStatus: HealthStatus;
  };
  /** Failures switched it off; `disable()` does not emit it. */
  integrationDisabled: { integration: IntegrationDocument };
  /** A call succeeded and is stored; once per call, whatever its attempts. */
  requestCompleted: { integration: IntegrationDocument; request: IntegrationRequestDocument };
  /** A call failed and is stored; once per call, whatever its attempts. */
  requestFailed: { integration: IntegrationDocument; request: IntegrationRequestDocument };
  /** An operation was logged as `processing`. */
  operationStarted: { integration: IntegrationDocument; log: IntegrationLogDocument };
  /** An operation was logged as `success`. */
  operationCompleted: { integration: IntegrationDocument; log: IntegrationLogDocument };
  /** An operation was logged as `failed`. */
  operationFailed: { integration: IntegrationDocument; log: IntegrationLogDocument };
  /** Its circuit opened: calls are refused until a probe succeeds. */
  circuitOpened: { integration: IntegrationDocument; reason: CircuitOpenReason };
  /** Its circuit closed again. */
  circuitClosed: { integration: IntegrationDocument; reason: CircuitCloseReason };
  /** It had no open incident, and has one now. */
  incidentOpened: { integration: IntegrationDocument; incident: IntegrationIncidentDocument };
  /** All that the incident was about is over, or nobody has said anything for long. */
  incidentClosed: { integration: IntegrationDocument; incident: IntegrationIncidentDocument };
  /** `checkFailureRate()` found the share of failed calls at the threshold; once per episode. */
  elevatedFailureRate: { integration: IntegrationDocument; summary: FailureSummary };
  /** `checkFailureRate()` found the share below the threshold again. */
  failureRateRecovered: { integration: IntegrationDocument; summary: FailureSummary };
  /** `checkStaleness()` found no clean sync for too many intervals; once per episode. */
  syncBecameStale: { integration: IntegrationDocument; lastSyncedAt: Date | null };
  /** `checkStaleness()` found a clean sync after such an episode. */
  syncStalenessRecovered: { integration: IntegrationDocument };
  /** The other API no longer accepts the credentials, or the grant; `reconnectUrl` is where the user connects again. */
  reauthorizationRequired: {
    integration: IntegrationDocument;
    reason: ReauthorizationReason;
    /** Where the user connects it again; null: not by OAuth, or the option `publicUrl` is not given. */
    reconnectUrl: string | null;
  };
  /** A sync run ended with every item terminal. */
  syncCompleted: { integration: IntegrationDocument; result: SyncResult };
  /** A sync item used up its attempts. */
  syncItemFailed: { integration: IntegrationDocument; item: IntegrationSyncItemDocument; error: unknown };
  /** An item failed in `sync.stuckAfterRuns` runs in a row; once, until it succeeds. */
  syncItemStuck: { integration: IntegrationDocument; item: IntegrationSyncItemDocument; failedRuns: number };
  /** A full run did not find what earlier ones have found; once, until it is found again. */
  syncItemMissing: { integration: IntegrationDocument; entity: MissingEntity };
  /** A user connected it by OAuth, or connected it again. */
  oauthCompleted: { integration: IntegrationDocument };
  /** Its OAuth connection was ended, and its tokens are deleted. */
  oauthRevoked: { integration: IntegrationDocument };
  /** Its access token could not be refreshed; it is tried again. */
  oauthRefreshFailed: { integration: IntegrationDocument; error: unknown };
  /** A webhook was verified and stored; before it is handled, once for each delivery. */
  webhookReceived: {
    integration: IntegrationDocument | null;
    provider: string;
    webhook: IntegrationWebhookDocument;
  };
  /** A webhook was handled, or nobody handles its type. */
  webhookProcessed: {
    integration: IntegrationDocument | null;
    provider: string;
    webhook: IntegrationWebhookDocument;
  };
  /** A webhook used up its attempts. */
  webhookFailed: {
    integration: IntegrationDocument | null;
    provider: string;
    webhook: IntegrationWebhookDocument;
    error: unknown;
  };
}

/** Name of an event. */
export type IntegrationEventName = keyof IntegrationEvents;

/** Receives one kind of event. What it throws or rejects with is logged and goes no further. */
export type IntegrationEventListener<Name extends IntegrationEventName> = (payload: IntegrationEvents[Name]) => unknown;
