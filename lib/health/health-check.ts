import { hasHealthCheck } from '../../providers/capabilities.js';
import type { HasHealthCheck } from '../../providers/contracts.js';
import type { ProviderRegistry } from '../../providers/registry.js';
import { requireCapability } from '../../providers/require-capability.js';
import type { IntegrationDocument, IntegrationModel } from '../../schemas/integration.js';
import { ambient, runWithin } from '../context.js';
import { IntegrationError } from '../errors.js';
import { integrationIdentity } from '../integration-identity.js';
import { integrationDocument } from '../integration-store/integration-document.js';
import type { IdOrDocument } from '../types/polymorphic.js';
import { withinTime } from '../within-time.js';
import type { HealthObservers } from './health-observer.js';

export interface HealthCheckParts {
  readonly model: IntegrationModel;
  readonly registry: Pick<ProviderRegistry, 'get'>;
  readonly observer: Pick<HealthObservers, 'recordSuccess' | 'recordFailure'>;
  /** Longest time for a check, in milliseconds. */
  readonly deadlineMs: number;
}

/** What came of a check. */
export interface HealthCheckResult {
  readonly healthy: boolean;
  readonly durationMs: number;
  /** What the check threw, or `DEADLINE_EXCEEDED`; absent where it merely said no. */
  readonly error?: unknown;
}

/**
 * Asks the provider whether the connection of an integration works. Calls that the provider makes for it count by
 * themselves; the result counts where there were none. A check that throws has found it unhealthy.
 *
 * @throws IntegrationError `INTEGRATION_NOT_FOUND`, `PROVIDER_UNKNOWN`, `CAPABILITY_MISSING`
 */
export async function healthCheck(parts: HealthCheckParts, target: IdOrDocument): Promise<HealthCheckResult> {
  const integration = await integrationDocument(parts.model, target);
  const provider = requireCapability(parts.registry.get(integration.provider), 'HasHealthCheck', hasHealthCheck);
  let calls = 0;
  const { noteCall } = ambient();
  const surroundings = {
    integration: integrationIdentity(integration),
    noteCall: () => {
      calls += 1;
      noteCall?.();
    },
  };
  const result = await runWithin(surroundings, () => check(provider, integration, parts.deadlineMs));
  if (calls === 0) await count(parts, integration, result);
  return result;
}

const unanswered = Symbol('unanswered');

async function check(
  provider: HasHealthCheck<object, object>,
  integration: IntegrationDocument,
  deadlineMs: number,
): Promise<HealthCheckResult> {
  const clock = performance.now();
  const durationMs = () => Math.round(performance.now() - clock);
  try {
    // A provider in JavaScript may say anything.
    const asked: Promise<unknown> = Promise.resolve().then(() => provider.healthCheck(integration));
    const answer = await withinTime(asked, deadlineMs, unanswered);
    if (answer !== unanswered) return { healthy: answer === true, durationMs: durationMs() };
  } catch (error) {
    return { healthy: false, durationMs: durationMs(), error };
  }
  const error = new IntegrationError('DEADLINE_EXCEEDED', `The health check took more than ${String(deadlineMs)} ms.`);
  return { healthy: false, durationMs: durationMs(), error };
}

async function count({ observer }: HealthCheckParts, integration: IntegrationDocument, result: HealthCheckResult) {
  if (result.healthy) await observer.recordSuccess(integration);
  else await observer.recordFailure(integration, result.error);
}
