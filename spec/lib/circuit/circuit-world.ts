import { beforeAll } from 'vitest';
import { createCircuit } from '../../../lib/circuit/circuit.js';
import type { CircuitObserver } from '../../../lib/circuit/circuit-notices.js';
import { createEventHub } from '../../../lib/event-hub.js';
import { gateCollection } from '../../../lib/gates/gate-collection.js';
import { createGateViews } from '../../../lib/gates/gate-views.js';
import type { CircuitSettings, IntegrationDocument, IntegrationsOptions } from '../../../lib/index.js';
import type { IntegrationModels } from '../../../schemas/models.js';
import type { Database } from '../../support/database.js';
import type { HttpServer } from '../../support/http-server.js';
import { memoryLogger } from '../../support/memory-logger.js';
import { localToken, useLocalInstance } from '../../support/local-instance.js';

/** What a call came to, in a word: `ok`, the code of its error, or the error's name. */
export async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

/** A circuit by itself, on the gates of these models: for calls through the stages alone. */
export function createOwnCircuit(models: IntegrationModels, onStateChange?: CircuitObserver) {
  const logger = memoryLogger();
  const events = createEventHub(logger);
  const told: string[] = [];
  events.on('circuitOpened', ({ reason }) => told.push(reason));
  events.on('circuitClosed', ({ reason }) => told.push(reason));
  const collection = gateCollection(models.IntegrationGate);
  const circuit = createCircuit({
    collection,
    views: createGateViews(collection),
    models,
    settings: {
      enabled: true,
      strategy: 'count',
      windowSeconds: 20,
      failureRate: 0.5,
      minimumAttempts: 10,
      failureCount: 3,
      cooldownSeconds: 2.5,
    },
    maxWaitSeconds: 0,
    events,
    logger,
    ...(onStateChange !== undefined && { onStateChange }),
  });
  return { circuit, logger, told };
}

/** An instance whose circuits open after three failures in a row, unless `circuit` says otherwise. */
export function useCircuits(
  database: Database,
  upstream: HttpServer,
  prefix: string,
  circuit: Partial<CircuitSettings> = {},
  others: Partial<IntegrationsOptions> = {},
) {
  const settings = { strategy: 'count', failureCount: 3, cooldownSeconds: 2.5, ...circuit } as const;
  const local = useLocalInstance(database, upstream, { prefix, circuit: settings, ...others });
  const events: string[] = [];
  beforeAll(() => {
    const { integrations } = local;
    integrations.on('circuitOpened', ({ integration, reason }) => events.push(`${integration.name} opened: ${reason}`));
    integrations.on('circuitClosed', ({ integration, reason }) => events.push(`${integration.name} closed: ${reason}`));
  });
  const gateOf = (integration: IntegrationDocument) => ({ _id: integration._id.toHexString() });
  let count = 0;
  return {
    local,
    get integrations() {
      return local.integrations;
    },
    /** A new integration: its circuit is closed. */
    fresh(): Promise<IntegrationDocument> {
      count += 1;
      const credentials = { token: localToken };
      return local.integrations.create({ provider: 'local', name: `Local ${count}`, credentials });
    },
    /** What happened to the circuit of an integration. */
    eventsOf: ({ name }: IntegrationDocument) =>
      events.filter((event) => event.startsWith(`${name} `)).map((event) => event.slice(name.length + 1)),
    stored: async (integration: IntegrationDocument) =>
      (await local.integrations.models.IntegrationGate.findOne(gateOf(integration)).lean())?.circuit ?? null,
    /** As if the cooldown were over; processes see it within a second. */
    async endCooldown(integration: IntegrationDocument): Promise<void> {
      const { IntegrationGate } = local.integrations.models;
      await IntegrationGate.collection.updateOne(gateOf(integration) as object, {
        $set: { 'circuit.openUntil': new Date(0) },
      });
    },
  };
}
