import type { ProviderRegistry } from '../../providers/registry.js';
import type { IntegrationModels } from '../../schemas/models.js';
import type { EventHub } from '../event-hub.js';
import type { GateCollection } from '../gates/gate-collection.js';
import type { GateViews } from '../gates/gate-views.js';
import { healthCheck, type HealthCheckResult } from '../health/health-check.js';
import { createHealthObserver, type HealthObservers } from '../health/health-observer.js';
import { createHealthRecord } from '../health/health-record.js';
import { createAuthenticatedUser, type AuthenticatedUserService } from '../identity/authenticated-user.js';
import { createIncidentSignals, type IncidentSignals } from '../incidents/incident-signals.js';
import { createIncidents, type Incidents } from '../incidents/incidents.js';
import { createReconnectUrl } from '../oauth/reconnect-url.js';
import type { ResolvedOptions } from '../options.js';
import type { LoggerLike } from '../types/logger.js';
import type { IdOrDocument } from '../types/polymorphic.js';
import { checkStaleness, type StalenessResult } from './check-staleness.js';

export interface MonitoringParts {
  readonly models: IntegrationModels;
  readonly registry: ProviderRegistry;
  readonly gates: GateCollection;
  readonly views: GateViews;
  readonly options: Pick<ResolvedOptions, 'health' | 'monitoring' | 'requests' | 'publicUrl' | 'basePath'>;
  readonly events: EventHub;
  readonly logger: LoggerLike;
}

/** What tells the application how its integrations are. Each function's own file says what it promises and raises. */
export interface MonitoringServices {
  readonly incidents: Incidents;
  healthCheck(target: IdOrDocument): Promise<HealthCheckResult>;
  checkStaleness(target?: IdOrDocument): Promise<StalenessResult>;
  readonly authenticatedUser: AuthenticatedUserService;
}

/** What the rest of the package tells it. */
export interface Monitoring {
  readonly services: MonitoringServices;
  readonly observer: HealthObservers;
  readonly signals: IncidentSignals;
}

export function createMonitoring({ models, registry, options, events, logger, ...gate }: MonitoringParts): Monitoring {
  const { Integration: model, IntegrationIncident: incidentModel } = models;
  const { health, monitoring, requests } = options;
  const signals = createIncidentSignals({ model: incidentModel, events, logger });
  const reconnectUrl = createReconnectUrl({ ...options, registry });
  const record = createHealthRecord({ ...gate, model, settings: health, events, incidents: signals, reconnectUrl });
  const providerOf = (key: string) => registry.find(key)?.provider ?? null;
  const observer = createHealthObserver({ record, providerOf, logger });
  const check = { model, registry, observer, deadlineMs: requests.deadlineMs };
  const staleness = { model, registry, events, incidents: signals, afterIntervals: monitoring.staleAfterIntervals };
  const afterHours = monitoring.closeIncidentsAfterHours;
  return {
    signals,
    observer,
    services: {
      incidents: createIncidents({ model: incidentModel, integrations: model, events, afterHours }),
      healthCheck: (target) => healthCheck(check, target),
      checkStaleness: (target) => checkStaleness(staleness, target),
      authenticatedUser: createAuthenticatedUser({ model, registry, logger }),
    },
  };
}
