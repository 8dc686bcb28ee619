/**
 * A process with an instance of its own, which says of an integration what it is asked to: that calls of it failed or
 * succeeded, that something is wrong with it. Answers with the events that it emitted meanwhile. Settings: the
 * database's `uri`, the `integrationId`.
 */
import mongoose from 'mongoose';
import { createIntegrations, type IntegrationEventName } from '../../lib/index.js';
import { createIncidentSignals } from '../../lib/incidents/incident-signals.js';
import { createEventHub } from '../../lib/event-hub.js';
import type { IncidentSeverity, IncidentSource } from '../../schemas/integration-incident.js';
import { localProvider } from './local-provider.js';
import { memoryLogger } from './memory-logger.js';

/** What a worker is asked to do. */
export interface HealthTask {
  /** So many in a row: failures by the other side's fault, refusals of the credentials, successes. */
  readonly failures?: number;
  readonly refusals?: number;
  readonly successes?: number;
  readonly signal?: { readonly source: IncidentSource; readonly severity: IncidentSeverity | null };
}

/** What it answers. */
export interface HealthAnswer {
  /** Name, and what tells it from others of that name. */
  readonly events: readonly string[];
  readonly warnings: readonly string[];
}

const { uri, integrationId } = JSON.parse(process.argv[2] ?? '{}') as { uri: string; integrationId: string };
const logger = memoryLogger();
const connection = await mongoose.createConnection(uri).asPromise();
const integrations = createIntegrations({
  connection,
  encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 3).toString('base64') }],
  logger,
  providers: { local: localProvider({ origin: 'http://127.0.0.1:9' }) },
});
await integrations.start();
const integration = await integrations.findOrFail(integrationId);

let events: string[] = [];
const hub = createEventHub(logger);
const signals = createIncidentSignals({ model: integrations.models.IntegrationIncident, events: hub, logger });
const note = (name: IntegrationEventName, facts: (payload: object) => string = () => ''): void => {
  for (const source of [integrations, hub]) {
    source.on(name, (payload) => {
      events.push(`${name} ${facts(payload)}`.trim());
    });
  }
};
note('integrationHealthChanged', (payload) => {
  const { previousStatus, newStatus } = payload as { previousStatus: string; newStatus: string };
  return `${previousStatus} ${newStatus}`;
});
note('integrationDisabled');
note('reauthorizationRequired');
note('incidentOpened');
note('incidentClosed');

async function perform({ failures = 0, refusals = 0, successes = 0, signal }: HealthTask): Promise<HealthAnswer> {
  events = [];
  logger.lines.length = 0;
  for (let done = 0; done < failures; done += 1) await integration.recordFailure();
  const refusal = Object.assign(new Error('Unauthorized'), { status: 401 });
  for (let done = 0; done < refusals; done += 1) await integration.recordFailure(refusal);
  for (let done = 0; done < successes; done += 1) await integration.recordSuccess();
  if (signal !== undefined) await signals.signal(integration, signal.source, signal.severity);
  // Listeners are called in a turn of their own.
  await new Promise(setImmediate);
  return { events, warnings: logger.lines.map(({ message }) => message) };
}

process.on('message', (task: HealthTask) => {
  void perform(task).then((answer) => process.send?.(answer));
});
process.send?.('ready');
