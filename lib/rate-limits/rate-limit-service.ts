import type { ProviderRegistry } from '../../providers/registry.js';
import type { IntegrationModels } from '../../schemas/models.js';
import { IntegrationError } from '../errors.js';
import { holdTimeMs, type HoldOptions } from '../gates/hold-time.js';
import { storedIntegration } from '../integration-store/integration-document.js';
import type { IdOrDocument } from '../types/polymorphic.js';
import type { RateLimit } from '../types/rate-limit.js';
import type { DeclaredRule, RuleSource } from './declared-rules.js';
import { isRateLimit } from './is-rate-limit.js';
import type { RateLimitQueries } from './rate-limit-queries.js';
import { rateLimitReport, type RateLimitReport } from './rate-limit-report.js';

export type OverrideOptions = HoldOptions;

/** What operators can ask and say. All raise `INTEGRATION_NOT_FOUND`. */
export interface RateLimitService {
  /** What is declared, used, and held back, as the database has it. */
  inspect(target: IdOrDocument): Promise<RateLimitReport>;
  /**
   * Sets another limit for all calls of an integration; stored, for all processes. For the window that the provider
   * declares it counts from the next reservation on, in every process, and keeps the provider's way to count. For
   * another window, or where none is declared, it takes the place of the declared one within a second; then it is kept
   * as a sliding window, and what was sent before does not count. Further limits of the provider hold as before.
   *
   * @throws IntegrationError `OPTIONS_INVALID` for what is no `RateLimit`, or a time that is no positive number.
   */
  override(target: IdOrDocument, limit: RateLimit, options?: OverrideOptions): Promise<void>;
  /** Back to what is declared. */
  clearOverride(target: IdOrDocument): Promise<void>;
}

export interface RateLimitServiceParts {
  readonly models: Pick<IntegrationModels, 'Integration'>;
  readonly registry: Pick<ProviderRegistry, 'get'>;
  readonly queries: RateLimitQueries;
  readonly declaredRules: (source: RuleSource) => readonly DeclaredRule[];
  readonly applicationGateId: (provider: string, applicationKey: string) => string;
}

export function createRateLimitService(parts: RateLimitServiceParts): RateLimitService {
  const { models, registry, queries, declaredRules, applicationGateId } = parts;

  const find = (target: IdOrDocument) => storedIntegration(models.Integration, target);

  return {
    async inspect(target) {
      const integration = await find(target);
      const { provider, _id } = integration;
      const providerDefinition = registry.get(provider).provider;
      const own = _id.toHexString();
      const declared = declaredRules({ provider, providerDefinition, integration }).map((each) => ({
        ...each,
        gateId: each.applicationKey === null ? own : applicationGateId(provider, each.applicationKey),
      }));
      const gateIds = new Set([own, ...declared.map(({ gateId }) => gateId)]);
      const gates = await Promise.all([...gateIds].map(async (id) => [id, await queries.read(id)] as const));
      return rateLimitReport(own, declared, new Map(gates));
    },
    async override(target, limit, options = {}) {
      checkRateLimit(limit);
      const forMs = holdTimeMs(options);
      const { _id } = await find(target);
      await queries.override(_id, limit, forMs);
    },
    async clearOverride(target) {
      const { _id } = await find(target);
      await queries.clearOverride(_id);
    },
  };
}

function checkRateLimit(limit: unknown): void {
  if (isRateLimit(limit)) return;
  throw new IntegrationError('OPTIONS_INVALID', 'override() takes a RateLimit, such as RateLimit.perMinute(60).');
}
