import type { IntegrationDocument } from '../../schemas/integration.js';
import { classifyFailure } from '../failures/classify-failure.js';
import type { HealthObserver } from '../requests/call-recorder.js';
import type { AnyProvider } from '../../providers/contracts.js';
import { createPatience } from '../patience.js';
import type { LoggerLike } from '../types/logger.js';
import type { HealthRecord } from './health-record.js';

export interface HealthObserverParts {
  readonly record: HealthRecord;
  /** Null where the provider is not registered. */
  readonly providerOf: (key: string) => AnyProvider | null;
  readonly logger: LoggerLike;
}

/** Lets calls, and what the application says of calls made by other means, count. Nothing here ever rejects. */
export interface HealthObservers extends HealthObserver {
  /** A call made by other means succeeded. */
  recordSuccess(integration: IntegrationDocument): Promise<void>;
  /** A call made by other means failed; without an error by the other side's fault. */
  recordFailure(integration: IntegrationDocument, error?: unknown): Promise<void>;
  /** Somebody has set the health right: sees to it that nothing else tells otherwise. */
  afterEnabling(integration: IntegrationDocument): Promise<void>;
}

/** Nobody waits longer for a database that is away, and not each call anew. */
const longestWaitMs = 1_000;
/** Other processes see a failure within a second. */
const knowledgeMs = 1_000;
const timedOut = Symbol('timed out');
const observed = Promise.resolve();

export function createHealthObserver({ record, providerOf, logger }: HealthObserverParts): HealthObservers {
  const patience = createPatience(longestWaitMs);

  async function settled({ _id }: IntegrationDocument, work: Promise<void>): Promise<void> {
    const integrationId = _id.toHexString();
    try {
      if ((await patience(work, timedOut)) !== timedOut) return;
      logger.warn('The database is slow or away: the health of an integration is counted late, or not.', {
        integrationId,
      });
    } catch (error) {
      logger.warn('The health of an integration could not be counted.', { integrationId, error });
    }
  }

  return {
    observe(call) {
      const verdict = call.attempts.at(-1)?.failureClass;
      if (verdict === undefined) return observed;
      const { integration } = call;
      // The stages of the call have read the gate when it began, if they need to know it at all.
      const ageMs = call.elapsedMs() + knowledgeMs;
      if (record.isNeedless(integration, verdict, ageMs)) return observed;
      return settled(integration, record.judge(integration, verdict, ageMs));
    },
    recordSuccess: (integration) => settled(integration, record.reset(integration)),
    recordFailure(integration, error) {
      const judge = async () => {
        const provider = providerOf(integration.provider) ?? {};
        const verdict = error === undefined ? 'upstream' : classifyFailure(error, provider);
        await record.judge(integration, verdict, knowledgeMs);
      };
      return settled(integration, judge());
    },
    afterEnabling: (integration) => settled(integration, record.afterEnabling(integration)),
  };
}
