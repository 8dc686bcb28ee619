import { createJobs } from '../jobs/create-jobs.js';
import { maintenanceJobs } from '../jobs/maintenance-jobs.js';
import type { ProviderMap } from '../providers/contracts.js';
import type { IntegrationDocument } from '../schemas/integration.js';
import { compileModels, type CompiledModels, type IntegrationModels } from '../schemas/models.js';
import { createBoundSealer } from './credentials/bound-sealer.js';
import { createCircuit } from './circuit/circuit.js';
import { severityOfCircuit } from './incidents/severity-of-circuit.js';
import { forgetInstance, rememberInstance } from './instance/default-instance.js';
import { createFoundation, type Foundation } from './instance/foundation.js';
import { defineHttp, documentMethods, type DocumentServices } from './instance/document-methods.js';
import { gateCollection } from './gates/gate-collection.js';
import { createGateViews } from './gates/gate-views.js';
import { createHttpClient } from './http/http-client.js';
import { createDocumentValues } from './integration-store/document-values.js';
import { createIntegrationStore } from './integration-store/integration-store.js';
import { createInternals, internals, type HasInternals } from './instance/internals.js';
import { createKeyServices } from './instance/key-services.js';
import { createLifecycle } from './instance/lifecycle.js';
import { createStuckCommands } from './instance/stuck-commands.js';
import { createMemory } from './instance/memory.js';
import { createRecording } from './instance/recording.js';
import { createFailureWatch } from './monitoring/failure-watch.js';
import { createMonitoring } from './monitoring/monitoring.js';
import { resolveOptions, type IntegrationsOptions, type ResolvedOptions } from './options.js';
import { createRateBudget } from './rate-limits/rate-budget.js';
import { createCallGate } from './requests/call-gate.js';
import { createPipeline } from './requests/pipeline.js';
import { createRetryPolicy } from './requests/retry-policy.js';
import { createPrune } from './prune/prune.js';
import { createServerClock } from './server-clock.js';
import { defineOAuthHttp } from './oauth/client/oauth-http.js';
import { createConnections } from './oauth/connect/create-connections.js';
import { createTokens } from './oauth/create-tokens.js';
import { refreshJob } from './oauth/refresh-job.js';
import { createReports } from './reports/create-reports.js';
import { createSyncs } from './sync/create-syncs.js';
import { createWebhooks } from './webhooks/create-webhooks.js';
import { createOutletSwitch } from './requests/transport-switch.js';
import { serviceHealth } from './instance/service-health.js';
import type { Integrations } from './instance/services.js';
import type { JobQueue, RunDueOptions } from './types/job-queue.js';

/**
 * Makes an instance: validates the options and the providers, and compiles the models on the application's connection.
 * Touches neither the database nor the network; `start()` does.
 *
 * @throws IntegrationError `OPTIONS_INVALID`, `PROVIDER_INVALID` or `MODEL_NAME_TAKEN`
 */
export function createIntegrations<const Providers extends ProviderMap>(
  options: IntegrationsOptions<Providers>,
): Integrations<Providers> {
  const resolved = resolveOptions(options);
  const foundation = createFoundation(resolved);
  const methods = documentMethods(() => documents);
  const compiled = compileModels(resolved.connection, resolved.prefix, methods);
  const calling = createCalling(resolved, foundation, compiled);
  const { registry, sealer, keyRing, events, logger } = foundation;
  const { models } = compiled;
  const { observer, services } = calling.traffic.monitoring;
  const { jobs, lifecycle, documents, ...background } = createBackground(resolved, foundation, compiled, calling);
  const storing = { models, registry, sealer, emit: events.emit, health: observer };
  const store = createIntegrationStore(storing);
  const instance = {
    models,
    providers: registry,
    basePath: resolved.basePath,
    logger,
    on: events.on,
    off: events.off,
    ...store,
    ...services,
    ...lifecycle,
    ...calling.operators,
    ...background.services,
    get agenda() {
      return jobs.agenda;
    },
    async close() {
      forgetInstance(instance);
      await lifecycle.close();
    },
    ...createKeyServices(models, keyRing),
    health: () => serviceHealth(resolved.connection),
    [internals]: createInternals(calling.outlet, storing),
  } satisfies Integrations & HasInternals;
  rememberInstance(instance);
  // The registry validates by the very schemas that the types of Providers are inferred from.
  return instance as unknown as Integrations<Providers>;
}

/** What is done without being asked, and when. */
function createBackground(
  options: ResolvedOptions,
  foundation: Foundation,
  compiled: CompiledModels,
  calling: Calling,
) {
  const { redactor, logger, events } = foundation;
  const { models } = compiled;
  const { checkStaleness, incidents } = calling.traffic.monitoring.services;
  const failureWatch = createFailureWatch({ models, settings: options.monitoring, emit: events.emit });
  const clock = createServerClock(options.connection);
  const webhookDays = options.webhooks.retentionDays;
  const prune = createPrune({ models, clock, logger, gate: calling.gate, settings: options.retention, webhookDays });
  const maintenance = maintenanceJobs({
    checkFailureRate: () => failureWatch.checkFailureRate(),
    checkStaleness: () => checkStaleness(),
    closeStaleIncidents: () => incidents.closeStale(),
    sweepIdempotencyKeys: () => calling.operators.idempotency.sweep(),
    prune: ({ signal }) => prune({ signal }),
  });
  // Each knows the other one: syncs and webhooks enqueue jobs, and jobs are what drives them.
  const queue: JobQueue = { enqueue: (...job) => jobs.enqueue(...job) };
  const worker = { isStarted: () => isStarted(), runDue: (due?: RunDueOptions) => lifecycle.runDue(due) };
  const { operations } = calling.services;
  const shared = { ...foundation, ...{ models, operations, queue, sealer: createBoundSealer(foundation.keyRing) } };
  const { signals } = calling.traffic.monitoring;
  const syncs = createSyncs({ ...shared, settings: options.sync, incidents: signals, worker });
  const webhooks = createWebhooks({ ...options, ...shared, ...worker, settings: options.webhooks });
  const refresh = refreshJob({ ...shared, model: models.Integration, tokens: calling.tokens, settings: options.oauth });
  const definitions = [...maintenance, ...syncs.definitions, ...webhooks.definitions, refresh];
  const redact = (text: string) => redactor.text(text);
  const jobs = createJobs({ ...options, settings: options.jobs, definitions, logger, redact });
  const { isStarted, ...lifecycle } = createLifecycle({
    ...{ ...options, ...calling, compiled, jobs, webhooks },
    stuckCommands: createStuckCommands(options.connection),
  });
  const documents: DocumentServices = { ...calling.services, syncs: syncs.documents };
  const reports = createReports({ ...foundation, ...options, models });
  const services = { ...failureWatch, ...syncs.services, ...webhooks.services, ...reports, prune };
  return { jobs, lifecycle, documents, services };
}

type Calling = ReturnType<typeof createCalling>;

/** What documents call others with. */
function createCalling(options: ResolvedOptions, foundation: Foundation, { models }: CompiledModels) {
  const { redactor, logger, events, registry, sealer } = foundation;
  const values = createDocumentValues({ sealer, registry });
  const { oauth: settings } = options;
  const tokens = createTokens({ ...options, ...foundation, model: models.Integration, values, settings });
  const traffic = createTraffic(options, foundation, models);
  const health = traffic.monitoring.observer;
  const { recorder, requestLog, toStoredError } = createRecording(options, foundation, models, health);
  const httpClient = createHttpClient(options.http);
  const outlet = createOutletSwitch(httpClient);
  const retryPolicy = createRetryPolicy(options.retry);
  const gate = createCallGate();
  const memory = createMemory({ ...foundation, options, models, gate });
  const pipeline = createPipeline({
    ...traffic,
    ...memory,
    ...{ recorder, retryPolicy, toStoredError, tokens, gate },
    credentialReader: values,
    transport: outlet.current,
  });
  const calls = {
    pipeline,
    defaults: { ...options.requests, ...options.retry },
    providerOf: (key: string) => registry.get(key).provider,
    gate,
    recorder,
    retryPolicy,
  };
  defineHttp(models.Integration, calls);
  defineOAuthHttp(models.Integration, options, outlet.current);
  const knownSecrets = (integration: IntegrationDocument) => values.knownSecrets(integration).catch(() => []);
  const stored = { model: models.IntegrationLog, toStoredError, knownSecrets, journal: options.requestLog.journal };
  const operations = { ...stored, events, logger, redactor };
  const services = { models, values, operations, calls, health, tokens };
  const oauth = createConnections({ ...options, ...foundation, ...operations, ...memory.services, models });
  const operators = { ...traffic.services, ...memory.services, oauth };
  return { services, operators, outlet, requestLog, httpClient, gate, traffic, memory, tokens };
}

/** What all processes share about the traffic of each integration. */
function createTraffic(options: ResolvedOptions, { registry, events, logger }: Foundation, models: IntegrationModels) {
  const collection = gateCollection(models.IntegrationGate);
  const views = createGateViews(collection);
  const monitoring = createMonitoring({ models, registry, gates: collection, views, options, events, logger });
  const budget = createRateBudget({ collection, views, models, registry, settings: options.rateLimits, logger });
  const circuit = createCircuit({
    collection,
    views,
    models,
    settings: options.circuit,
    maxWaitSeconds: options.rateLimits.maxWaitSeconds,
    events,
    logger,
    onStateChange: (integration, state) =>
      monitoring.signals.signal(integration, 'circuit', severityOfCircuit(state), async () =>
        severityOfCircuit((await circuit.service.inspect(integration)).effectiveState),
      ),
  });
  return { budget, circuit, monitoring, services: { circuit: circuit.service, rateLimits: budget.service } };
}
