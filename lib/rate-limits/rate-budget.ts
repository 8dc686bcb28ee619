import type { ProviderRegistry } from '../../providers/registry.js';
import type { IntegrationModels } from '../../schemas/models.js';
import { ambient } from '../context.js';
import type { GateCollection } from '../gates/gate-collection.js';
import type { GateViews } from '../gates/gate-views.js';
import type { RateLimitSettings } from '../options.js';
import type { Call } from '../requests/call.js';
import type { RateBudget, RateToken } from '../requests/stages/take-rate-budget.js';
import type { LoggerLike } from '../types/logger.js';
import { withinTime } from '../within-time.js';
import { createApplicationGateIds } from './application-key.js';
import { attemptGates } from './attempt-gates.js';
import { createDeclaredRules } from './declared-rules.js';
import type { LaneToken } from './lane-answer.js';
import { createLanes, type Lanes } from './lanes.js';
import { createRateLimitQueries } from './rate-limit-queries.js';
import { createRateLimitService, type RateLimitService } from './rate-limit-service.js';
import { endedWait, refusedCall } from './refused-call.js';
import { createSuppression, type Suppression } from './suppression.js';
import type { SuppressedGate } from './suppression-writer.js';
import { takeTokens, type TokenRequest } from './take-tokens.js';
import { wishedSuppressionMs } from './wished-suppression.js';

export interface RateBudgetParts {
  readonly collection: GateCollection;
  readonly views: GateViews;
  readonly models: Pick<IntegrationModels, 'Integration'>;
  readonly registry: Pick<ProviderRegistry, 'get'>;
  readonly settings: RateLimitSettings;
  readonly logger: LoggerLike;
}

/** The rate limits of all integrations, kept by all processes together. */
export interface SharedRateBudget extends RateBudget {
  readonly service: RateLimitService;
  /** Tells the database what is known of calls that are over, and gives back what was not used. Never rejects. */
  stop(): Promise<void>;
}

/** What is not told by then comes back a little later. */
const longestStopMs = 2_000;
const heeded = Promise.resolve();

export function createRateBudget(parts: RateBudgetParts): SharedRateBudget {
  const { collection, views, settings } = parts;
  const declaredRules = createDeclaredRules();
  const applicationGateId = createApplicationGateIds();
  const lanes = createLanes({ collection, views });
  const suppression = createSuppression(parts);
  const queries = createRateLimitQueries(collection, views);
  const machinery = { views, declaredRules, applicationGateId, lanes, suppression };
  return {
    service: createRateLimitService({ ...parts, queries, declaredRules, applicationGateId }),
    async take(call) {
      try {
        return await passGates(machinery, call, tokenRequest(call, settings));
      } catch (error) {
        throw call.signal.aborted ? endedWait(error, call) : error;
      }
    },
    async stop() {
      await withinTime(lanes.flush(), longestStopMs, null);
    },
  };
}

interface Machinery {
  readonly views: GateViews;
  readonly declaredRules: ReturnType<typeof createDeclaredRules>;
  readonly applicationGateId: ReturnType<typeof createApplicationGateIds>;
  readonly lanes: Lanes;
  readonly suppression: Suppression;
}

async function passGates(machinery: Machinery, call: Call, request: TokenRequest): Promise<RateToken> {
  const { views, lanes, suppression } = machinery;
  const declared = machinery.declaredRules(call);
  const { provider, endpoint, integrationId } = call;
  const gateId = integrationId.toHexString();
  const view = views.recent(gateId) ?? (await views.current(gateId));
  const applicationGateId = (key: string): string => machinery.applicationGateId(provider, key);
  const gates = attemptGates(declared, { endpoint, integrationId, gateId, view, applicationGateId });
  call.signal.throwIfAborted();
  const limited = gates.filter(({ rules }) => rules.length > 0);
  // A reservation heeds the wishes of the other API by itself.
  const isReserved = limited.some(({ id }) => id === gateId);
  const refusal = isReserved ? null : await suppression.untilOver(gateId, view, request);
  const taken = refusal ?? takeTokens(() => limited.map(lanes.of), request);
  const answer = taken instanceof Promise ? await taken : taken;
  if ('kind' in answer) throw refusedCall(answer, call);
  return rateToken(answer, gates, suppression);
}

function tokenRequest(call: Call, settings: RateLimitSettings): TokenRequest {
  const { priority = ambient().priority, maxWaitSeconds = settings.maxWaitSeconds } = call.spec.options;
  const waitMs = Math.max(0, Math.min(maxWaitSeconds * 1_000, call.remainingMs()));
  const { timeoutMs, deadlineMs } = call.limits;
  return {
    priority,
    timeoutMs: Math.min(timeoutMs, deadlineMs),
    deadline: performance.now() + waitMs,
    signal: call.signal,
  };
}

function rateToken(
  tokens: readonly LaneToken[],
  gates: readonly SuppressedGate[],
  suppression: Suppression,
): RateToken {
  return {
    release(end) {
      for (const token of tokens) {
        if (end === 'unsent') token.giveBack();
        else token.release(end === 'answered');
      }
    },
    heed({ responseMetadata }) {
      const ms = wishedSuppressionMs(responseMetadata, Date.now());
      return ms > 0 ? suppression.suppress(gates, ms) : heeded;
    },
  };
}
