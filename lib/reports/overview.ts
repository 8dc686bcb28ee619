import type { mongo, Types } from 'mongoose';
import type { ProviderRegistry } from '../../providers/registry.js';
import type { AuthStatus, HealthStatus } from '../../schemas/integration.js';
import type { IntegrationGateFields } from '../../schemas/integration-gate.js';
import type { IncidentSeverity } from '../../schemas/integration-incident.js';
import type { IntegrationModels } from '../../schemas/models.js';
import { effectiveState, initialCircuit } from '../circuit/circuit-state.js';
import { gateCollection } from '../gates/gate-collection.js';
import type { CircuitSettings } from '../options.js';
import { summaryTimeMs } from '../monitoring/failed-calls.js';
import type { EffectiveCircuitState } from '../types/circuit.js';
import { reportPage, type Reported, type ReportOptions } from './report-page.js';

/** How an integration is, as the primary has it. */
export interface IntegrationOverview {
  readonly id: string;
  readonly provider: string;
  readonly name: string;
  readonly isActive: boolean;
  /** Whether this instance knows the provider. */
  readonly isRegistered: boolean;
  readonly healthStatus: HealthStatus;
  readonly consecutiveFailures: number;
  readonly lastErrorAt: Date | null;
  readonly authStatus: AuthStatus;
  /** Somebody has to connect it again. */
  readonly needsReauthorization: boolean;
  /** When the other side said that it no longer accepts the grant; null: it has not. */
  readonly grantEndedAt: Date | null;
  /** What calls meet. */
  readonly circuit: EffectiveCircuitState;
  /** Until then the other API wants no calls of this integration; null: it takes them. */
  readonly suppressedUntil: Date | null;
  /** How severe the open incident is; null: there is none. */
  readonly openIncident: IncidentSeverity | null;
  readonly lastSyncedAt: Date | null;
  readonly nextSyncAt: Date | null;
  readonly syncPausedAt: Date | null;
  readonly consecutiveSyncFailures: number;
  /** Whether clean syncs are overdue, as `checkStaleness()` found. */
  readonly isStale: boolean;
  readonly failedSyncItems: number;
  readonly failedWebhooks: number;
}

export interface OverviewParts {
  readonly models: IntegrationModels;
  readonly registry: Pick<ProviderRegistry, 'find'>;
  readonly circuit: Pick<CircuitSettings, 'enabled'>;
}

/** By the hexadecimal id. */
interface Surroundings {
  readonly gates: ReadonlyMap<string, SeenGate>;
  readonly incidents: ReadonlyMap<string, IncidentSeverity>;
  readonly failedItems: ReadonlyMap<string, number>;
  readonly failedWebhooks: ReadonlyMap<string, number>;
}

type SeenGate = Pick<IntegrationGateFields, '_id'> & Partial<Pick<IntegrationGateFields, 'circuit' | 'suppressUntil'>>;

/**
 * How the integrations of a page are, in the order of their ids: by five queries, however many they are.
 *
 * @throws IntegrationError `INTEGRATION_NOT_FOUND`, `OPTIONS_INVALID`
 */
export async function overview(parts: OverviewParts, options: ReportOptions = {}): Promise<IntegrationOverview[]> {
  const page = await reportPage(parts.models.Integration, options);
  if (page.length === 0) return [];
  const surroundings = await surroundingsOf(
    parts.models,
    page.map(({ _id }) => _id),
  );
  return page.map((integration) => overviewOf(parts, integration, surroundings));
}

const options = { readPreference: 'primary', maxTimeMS: summaryTimeMs } as const;

async function surroundingsOf(models: IntegrationModels, ids: readonly Types.ObjectId[]): Promise<Surroundings> {
  const integrationId = { $in: [...ids] };
  const gateIds = ids.map((id) => id.toHexString());
  const [gates, incidents, failedItems, failedWebhooks] = await Promise.all([
    gateCollection(models.IntegrationGate)
      .find<SeenGate>({ _id: { $in: gateIds } }, { ...options, projection: { circuit: 1, suppressUntil: 1 } })
      .toArray(),
    models.IntegrationIncident.collection
      .find<OpenIncident>(
        { integrationId, status: 'open' },
        { ...options, projection: { integrationId: 1, severity: 1 } },
      )
      .toArray(),
    failedOf(models.IntegrationSyncItem.collection, integrationId),
    failedOf(models.IntegrationWebhook.collection, integrationId),
  ]);
  return {
    gates: new Map(gates.map((gate) => [gate._id, gate])),
    incidents: new Map(incidents.map(({ integrationId: id, severity }) => [id.toHexString(), severity])),
    failedItems,
    failedWebhooks,
  };
}

interface OpenIncident {
  readonly integrationId: Types.ObjectId;
  readonly severity: IncidentSeverity;
}

/** How many failed documents each of the integrations has. */
async function failedOf(
  collection: { aggregate: mongo.Collection['aggregate'] },
  integrationId: object,
): Promise<Map<string, number>> {
  const groups = await collection
    .aggregate<{ readonly _id: Types.ObjectId; readonly count: number }>(
      [{ $match: { integrationId, status: 'failed' } }, { $group: { _id: '$integrationId', count: { $sum: 1 } } }],
      options,
    )
    .toArray();
  return new Map(groups.map(({ _id, count }) => [_id.toHexString(), count]));
}

function overviewOf(
  { registry, circuit }: OverviewParts,
  integration: Reported,
  { gates, incidents, failedItems, failedWebhooks }: Surroundings,
): IntegrationOverview {
  const { provider, name, isActive, healthStatus, authStatus, consecutiveFailures } = integration;
  const id = integration._id.toHexString();
  const gate = gates.get(id);
  const now = integration.now.getTime();
  const suppressUntil = gate?.suppressUntil ?? null;
  return {
    ...{ id, provider, name, isActive, healthStatus, consecutiveFailures, authStatus },
    isRegistered: registry.find(provider) !== null,
    lastErrorAt: integration.lastErrorAt ?? null,
    needsReauthorization: authStatus === 'needsReauthorization',
    grantEndedAt: integration.grantEndedAt ?? null,
    circuit: circuit.enabled ? effectiveState(gate?.circuit ?? initialCircuit, now) : 'disabled',
    suppressedUntil: suppressUntil !== null && suppressUntil.getTime() > now ? suppressUntil : null,
    openIncident: incidents.get(id) ?? null,
    lastSyncedAt: integration.lastSyncedAt ?? null,
    nextSyncAt: integration.nextSyncAt ?? null,
    syncPausedAt: integration.syncPausedAt ?? null,
    consecutiveSyncFailures: integration.consecutiveSyncFailures,
    isStale: integration.staleSince instanceof Date,
    failedSyncItems: failedItems.get(id) ?? 0,
    failedWebhooks: failedWebhooks.get(id) ?? 0,
  };
}
