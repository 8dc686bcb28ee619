import type { IntegrationDocument, IntegrationModel } from '../../schemas/integration.js';
import type { EventHub } from '../event-hub.js';
import type { GateCollection } from '../gates/gate-collection.js';
import type { GateViews } from '../gates/gate-views.js';
import type { IncidentSignals } from '../incidents/incident-signals.js';
import { integrationCollection } from '../integration-store/integration-collection.js';
import { refreshDocument } from '../integration-store/refresh-document.js';
import type { HealthSettings } from '../options.js';
import type { ReconnectUrl } from '../oauth/reconnect-url.js';
import { countFailure } from './count-failure.js';
import { createFailureMarks } from './failure-marks.js';
import { createHealthAnnouncer } from './health-announcer.js';
import { healthLadder } from './health-ladder.js';
import { createHealthResets } from './health-resets.js';
import { requireReauthorization } from './require-reauthorization.js';

export interface HealthRecordParts {
  readonly model: IntegrationModel;
  readonly gates: GateCollection;
  readonly views: GateViews;
  readonly settings: HealthSettings;
  readonly events: Pick<EventHub, 'emit'>;
  readonly incidents: IncidentSignals;
  readonly reconnectUrl: ReconnectUrl;
}

/**
 * The health of integrations, as all processes count it together. A document in memory shows what this process stored
 * by it; what other processes stored it does not.
 */
export interface HealthRecord {
  /**
   * Takes the verdict on a logical call into account.
   *
   * @param verdict Its failure class, null: it succeeded. A success writes nothing, unless the document or another
   *   process tells of failures.
   * @param ageMs How old the knowledge of those may be, in milliseconds.
   */
  judge(integration: IntegrationDocument, verdict: string | null, ageMs: number): Promise<void>;
  /** Whether it is known without asking that such a verdict changes nothing: most calls need not wait for it. */
  isNeedless(integration: IntegrationDocument, verdict: string | null, ageMs: number): boolean;
  /** Sets the counters back, whatever is known of them. */
  reset(integration: IntegrationDocument): Promise<void>;
  /** The same, where somebody has stored the health as good: the incident agrees then. */
  afterEnabling(integration: IntegrationDocument): Promise<void>;
}

export function createHealthRecord(parts: HealthRecordParts): HealthRecord {
  const { model, gates, views, settings, events, incidents, reconnectUrl } = parts;
  const collection = integrationCollection(model);
  const ladder = healthLadder(settings);
  const marks = createFailureMarks(gates, views);
  const { announce, reflect } = createHealthAnnouncer({ collection, events, incidents });
  const resets = createHealthResets({ collection, marks, announce });

  async function fail(integration: IntegrationDocument): Promise<void> {
    const change = await countFailure(collection, integration._id, ladder);
    if (change === null) return;
    refreshDocument(integration, change.after);
    await Promise.all([marks.set(integration._id), announce(integration, change)]);
  }

  async function refuse(integration: IntegrationDocument): Promise<void> {
    if (!(await requireReauthorization(collection, integration))) return;
    refreshDocument(integration, { authStatus: 'needsReauthorization' });
    events.emit('reauthorizationRequired', () => ({
      integration,
      reason: 'refused',
      reconnectUrl: reconnectUrl(integration),
    }));
    await marks.set(integration._id);
  }

  return {
    async judge(integration, verdict, ageMs) {
      if (verdict === null) await resets.afterSuccess(integration, ageMs);
      else if (verdict === 'upstream') await fail(integration);
      else if (verdict === 'auth') await refuse(integration);
    },
    isNeedless: (integration, verdict, ageMs) => verdict === null && resets.isNeedless(integration, ageMs),
    reset: resets.anyway,
    async afterEnabling(integration) {
      await resets.anyway(integration);
      await reflect(integration);
    },
  };
}
