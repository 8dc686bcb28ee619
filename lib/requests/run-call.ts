import type { AnyProvider } from '../../providers/contracts.js';
import type { IntegrationDocument } from '../../schemas/integration.js';
import { ambient, runWithin } from '../context.js';
import { IntegrationError } from '../errors.js';
import { discardBody, expectErrors, isRepeatable } from '../http/request-body.js';
import { integrationIdentity } from '../integration-identity.js';
import { Call, type CallLimits } from './call.js';
import type { CallGate } from './call-gate.js';
import type { CallSpec } from './call-spec.js';
import type { Pipeline } from './pipeline.js';
import { isRead } from './read-methods.js';

/** The defaults of a call's limits. */
export interface CallDefaults {
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly maxResponseBytes: number;
  /** Attempts of GET and HEAD. */
  readonly readAttempts: number;
  /** Attempts of all else. */
  readonly writeAttempts: number;
}

export interface CallRunnerParts {
  readonly pipeline: Pipeline;
  readonly defaults: CallDefaults;
  /** Raises `PROVIDER_UNKNOWN`. */
  readonly providerOf: (key: string) => AnyProvider;
  readonly gate: CallGate;
}

/**
 * Makes a call of a spec and sends it through the pipeline. The stream that it was to send is closed when it fails.
 *
 * @throws IntegrationError `INSTANCE_STOPPED` after `stop()`, and what {@link createCall} raises.
 */
export async function runCall(
  parts: CallRunnerParts,
  integration: IntegrationDocument,
  spec: CallSpec,
): Promise<unknown> {
  const body = spec.target.kind === 'url' ? expectErrors(spec.data) : null;
  try {
    const call = createCall(parts, integration, spec);
    return await runLetIn(parts, call);
  } catch (error) {
    discardBody(body);
    throw error;
  }
}

async function runLetIn({ gate, pipeline }: CallRunnerParts, call: Call): Promise<unknown> {
  const leave = gate.enter();
  try {
    return await runWithin({ integration: integrationIdentity(call.integration) }, () => pipeline.run(call));
  } finally {
    leave();
  }
}

/**
 * A call about to begin.
 *
 * @throws IntegrationError `PROVIDER_UNKNOWN`, or `BODY_NOT_REPEATABLE` for a stream that retries would have to send
 *   again.
 */
export function createCall(
  { defaults, providerOf }: CallRunnerParts,
  integration: IntegrationDocument,
  spec: CallSpec,
): Call {
  ambient().noteCall?.();
  const limits = limitsOf(spec, defaults);
  if (spec.target.kind === 'url' && limits.maxAttempts > 1 && !isRepeatable(spec.data)) {
    throw new IntegrationError('BODY_NOT_REPEATABLE', 'A stream cannot be sent again by a retry.');
  }
  return new Call(integration, providerOf(integration.provider), spec, limits);
}

function limitsOf({ method, attempts, options }: CallSpec, defaults: CallDefaults): CallLimits {
  return {
    maxAttempts: attempts ?? (isRead(method) ? defaults.readAttempts : defaults.writeAttempts),
    timeoutMs: options.timeoutMs ?? defaults.timeoutMs,
    deadlineMs: options.deadlineMs ?? defaults.deadlineMs,
    maxResponseBytes: options.maxResponseBytes ?? defaults.maxResponseBytes,
  };
}
