import type { AnyProvider } from '../../../providers/contracts.js';
import { createBuilder } from '../../../lib/requests/builder.js';
import type { Call } from '../../../lib/requests/call.js';
import { createCallGate } from '../../../lib/requests/call-gate.js';
import { createPipeline } from '../../../lib/requests/pipeline.js';
import { createRetryPolicy } from '../../../lib/requests/retry-policy.js';
import { runCall } from '../../../lib/requests/run-call.js';
import type { CircuitGuard } from '../../../lib/requests/stages/guard-circuit.js';
import type { Transport } from '../../../lib/requests/stages/send.js';
import type { RateBudget } from '../../../lib/requests/stages/take-rate-budget.js';
import type { RequestBuilder } from '../../../lib/types/request-builder.js';
import { detachedIntegration } from '../../support/detached-models.js';

export interface PipelineFixtureOptions {
  readonly provider?: Partial<AnyProvider>;
  /** What answers URL calls; by default nothing may ask. */
  readonly sendHttp?: Transport['sendHttp'];
  /** By default every attempt is let through. */
  readonly circuit?: Pick<CircuitGuard, 'admit'>;
  readonly budget?: RateBudget;
}

/** A call that is over, as the recorder got it. */
export interface RecordedCall {
  readonly call: Call;
  readonly error: unknown;
}

const acme: AnyProvider = {
  name: 'Acme',
  credentialSchema: { type: 'object' },
  metadataSchema: { type: 'object' },
};

/** The real stages, with a recorder in memory and without jitter. */
export function createPipelineFixture(options: PipelineFixtureOptions = {}) {
  const { provider = {}, sendHttp = refuse, circuit = openToAll, budget = unlimited } = options;
  const recorded: RecordedCall[] = [];
  const gate = createCallGate();
  const pipeline = createPipeline({
    recorder: {
      async record(call, error) {
        recorded.push({ call, error });
      },
    },
    retryPolicy: createRetryPolicy({ maxDelayMs: 60_000, jitter: 0 }),
    toStoredError: (error) => ({ class: 'Error', message: String(error), code: null, trace: null }),
    credentialReader: {
      openCredentials: async () => ({ credentials: { token: 'secret' }, knownSecrets: ['secret'] }),
      knownSecrets: async () => ['secret'],
    },
    tokens: {
      tokenExpiresSoon: () => false,
      refreshTokenIfNeeded: async () => false,
      replaceRefused: async () => false,
    },
    transport: () => ({ sendHttp, runCallback: (call, callback) => callback(call) }),
    gate,
    circuit: { ...openToAll, ...circuit },
    budget,
    cache: { serve: (_call, fetch) => fetch() },
    ledger: { once: (_call, write) => write() },
  });
  const parts = {
    pipeline,
    gate,
    providerOf: () => ({ ...acme, ...provider }),
    defaults: { timeoutMs: 30_000, deadlineMs: 120_000, maxResponseBytes: 1_000, readAttempts: 3, writeAttempts: 1 },
  };
  const integration = detachedIntegration();
  const at = (endpoint: string): RequestBuilder =>
    createBuilder(endpoint, { run: (spec) => runCall(parts, integration, spec), urlOf: () => null });
  return { at, integration, recorded, gate };
}

const openToAll: CircuitGuard = {
  admit: async () => ({ settle: async () => undefined }),
  confirm: async () => undefined,
};
const unlimited: RateBudget = { take: async () => ({ release: () => undefined, heed: async () => undefined }) };

const refuse: Transport['sendHttp'] = () => {
  throw new Error('No URL call was expected');
};
