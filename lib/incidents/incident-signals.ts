import type { IntegrationDocument } from '../../schemas/integration.js';
import type { IncidentSeverity, IncidentSource } from '../../schemas/integration-incident.js';
import { createRecentValues } from '../recent-values.js';
import type { LoggerLike } from '../types/logger.js';
import { hourMs } from '../time-units.js';
import { signalIncident, type IncidentSignalParts } from './signal-incident.js';

/** Where the parts of the package say what is wrong with an integration. */
export interface IncidentSignals {
  /**
   * Tells that something became wrong, or (null) well again. Never rejects: what cannot be stored is logged.
   *
   * @param now What is the case by now, asked after the signal was stored, and signalled where it is something else:
   *   two processes that make a change and undo it may signal in another order.
   */
  signal(
    integration: IntegrationDocument,
    source: IncidentSource,
    severity: IncidentSeverity | null,
    now?: () => Promise<IncidentSeverity | null>,
  ): Promise<void>;
  /**
   * Tells that something is still wrong, so that the incident does not pass for forgotten; and opens one where the
   * process that should have done so has died. At most once an hour for each integration and source. Never rejects.
   */
  remind(
    integration: IntegrationDocument,
    source: IncidentSource,
    severity: IncidentSeverity,
    now?: () => Promise<IncidentSeverity | null>,
  ): Promise<void>;
}

const reminderMs = hourMs;
const mostReminders = 10_000;
/** A state that changes on and on is left to those who change it. */
const mostCorrections = 5;

export function createIncidentSignals(parts: IncidentSignalParts & { readonly logger: LoggerLike }): IncidentSignals {
  const reminders = createRecentValues<number>(mostReminders);

  const signal: IncidentSignals['signal'] = async (integration, source, severity, now) => {
    try {
      let said = severity;
      for (let corrections = 0; corrections <= mostCorrections; corrections += 1) {
        await signalIncident(parts, integration, { source, severity: said });
        const current = now === undefined ? said : await now();
        if (current === said) return;
        said = current;
      }
    } catch (error) {
      const facts = { integrationId: integration._id.toHexString(), source, severity, error };
      parts.logger.warn('A signal about an integration could not be stored with its incident.', facts);
    }
  };

  return {
    signal,
    async remind(integration, source, severity, now) {
      const key = `${integration._id.toHexString()} ${source}`;
      const last = reminders.get(key) ?? -Infinity;
      if (performance.now() - last < reminderMs) return;
      reminders.set(key, performance.now());
      await signal(integration, source, severity, now);
    },
  };
}
