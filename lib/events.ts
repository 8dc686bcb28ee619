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
  integrationCreated: { integration: IntegrationDocument };
  /** A sync ended cleanly. */
  integrationSynced: { integration: IntegrationDocument };
  /** Only on a transition. */
  integrationHealthChanged: {
    integration: IntegrationDocument;
    previousStatus: HealthStatus;
    newStatus: HealthStatus;
  };
  /** Disabled automatically, at the threshold of failures. */
  integrationDisabled: { integration: IntegrationDocument };
  /** A call succeeded; once per call, whatever its attempts. */
  requestCompleted: { integration: IntegrationDocument; request: IntegrationRequestDocument };
  /** A call failed; once per call, whatever its attempts. */
  requestFailed: { integration: IntegrationDocument; request: IntegrationRequestDocument };
  /** An operation was logged as `processing`. */
  operationStarted: { integration: IntegrationDocument; log: IntegrationLogDocument };
  /** An operation was logged as `success`. */
  operationCompleted: { integration: IntegrationDocument; log: IntegrationLogDocument };
  /** An operation was logged as `failed`. */
  operationFailed: { integration: IntegrationDocument; log: IntegrationLogDocument };
  /** The circuit of an integration opened: its calls are refused until a probe succeeds. */
  circuitOpened: { integration: IntegrationDocument; reason: CircuitOpenReason };
  circuitClosed: { integration: IntegrationDocument; reason: CircuitCloseReason };
  /** An integration had no open incident, and has one now. */
  incidentOpened: { integration: IntegrationDocument; incident: IntegrationIncidentDocument };
  /** All that the incident was about is over, or nobody has said anything about it for long. */
  incidentClosed: { integration: IntegrationDocument; incident: IntegrationIncidentDocument };
  /** The share of failed calls went up to the threshold; once per episode. */
  elevatedFailureRate: { integration: IntegrationDocument; summary: FailureSummary };
  /** It went below the threshold again. */
  failureRateRecovered: { integration: IntegrationDocument; summary: FailureSummary };
  /** No clean sync for too many intervals; once per episode. */
  syncBecameStale: { integration: IntegrationDocument; lastSyncedAt: Date | null };
  /** A clean sync ended such an episode. */
  syncStalenessRecovered: { integration: IntegrationDocument };
  /** The other API no longer accepts the credentials: somebody has to connect again, or give others. */
  reauthorizationRequired: {
    integration: IntegrationDocument;
    reason: ReauthorizationReason;
    /** Where the user connects it again; null: not by OAuth, or the option `publicUrl` is not given. */
    reconnectUrl: string | null;
  };
  /** A sync run ended with every item terminal; again whenever items of it were retried or skipped since. */
  syncCompleted: { integration: IntegrationDocument; result: SyncResult };
  /** A sync item used up its attempts; it is already marked failed. */
  syncItemFailed: { integration: IntegrationDocument; item: IntegrationSyncItemDocument; error: unknown };
  /** An item has failed in so many runs in a row; once, until it succeeds. */
  syncItemStuck: { integration: IntegrationDocument; item: IntegrationSyncItemDocument; failedRuns: number };
  /** A full run did not find what earlier ones have found; once, until it is found again. */
  syncItemMissing: { integration: IntegrationDocument; entity: MissingEntity };
  /** A user has connected an integration. */
  oauthCompleted: { integration: IntegrationDocument };
  /** The connection was ended, and its tokens are deleted. */
  oauthRevoked: { integration: IntegrationDocument };
  /** An access token could not be refreshed; it is tried again. */
  oauthRefreshFailed: { integration: IntegrationDocument; error: unknown };
  /** A webhook was verified and stored; before it is handled, once for each delivery. */
  webhookReceived: {
    integration: IntegrationDocument | null;
    provider: string;
    webhook: IntegrationWebhookDocument;
  };
  /** It has been handled, or nobody handles its type. */
  webhookProcessed: {
    integration: IntegrationDocument | null;
    provider: string;
    webhook: IntegrationWebhookDocument;
  };
  /** It used up its attempts; it is already marked failed. */
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
