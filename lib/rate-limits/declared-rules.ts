import type { RateLimitRule } from '../../providers/contracts.js';
import { IntegrationError } from '../errors.js';
import { createRecentValues } from '../recent-values.js';
import { endpointPattern } from '../requests/endpoint-pattern.js';
import type { RateLimit } from '../types/rate-limit.js';
import type { Call } from '../requests/call.js';
import { isRateLimit } from './is-rate-limit.js';
import { defaultRule, furtherRule, type RateRule } from './rate-rule.js';

/** What rules are asked of. */
export type RuleSource = Pick<Call, 'provider' | 'providerDefinition' | 'integration'>;

/** A rule of a provider, before it is known which calls it is for. */
export interface DeclaredRule {
  readonly rule: RateRule;
  /** Null: all endpoints. */
  readonly patterns: readonly string[] | null;
  readonly matches: (endpoint: string) => boolean;
  /** Null: the integration's own. */
  readonly applicationKey: string | null;
}

interface CompiledPatterns {
  readonly patterns: readonly string[] | null;
  readonly matches: (endpoint: string) => boolean;
}

const mostPatternSets = 1_000;
const allEndpoints: CompiledPatterns = { patterns: null, matches: () => true };

/**
 * Reads the rate limits that a provider declares for an integration, anew for each attempt: they may depend on its
 * metadata, on the plan that was booked say. What is costly is remembered.
 *
 * A hook that throws, or gives what is no limit, fails the call before it is sent: guessing that there is none would
 * break the very promise that the limit is for.
 *
 * @throws IntegrationError `PROVIDER_INVALID`
 */
export function createDeclaredRules(): (source: RuleSource) => readonly DeclaredRule[] {
  const compiled = createRecentValues<CompiledPatterns>(mostPatternSets);

  function compile(patterns: readonly string[] | undefined): CompiledPatterns {
    if (patterns === undefined) return allEndpoints;
    const key = patterns.join('\n');
    const known = compiled.get(key) ?? compilePatterns(patterns);
    compiled.set(key, known);
    return known;
  }

  return function declaredRules(source) {
    const { providerDefinition: provider } = source;
    const whole = asked(source, 'defaultRateLimit', () => provider.defaultRateLimit?.(), checkedDefault);
    const rules: DeclaredRule[] = [];
    if (whole !== null) rules.push({ ...allEndpoints, rule: defaultRule(whole), applicationKey: null });
    if (provider.rateLimits === undefined) return rules;
    const further = asked(source, 'rateLimits', () => provider.rateLimits?.(source.integration), checkedRules);
    for (const { limit, endpoints, applicationKey = null } of further) {
      const patterns = compile(endpoints);
      rules.push({ ...patterns, rule: furtherRule(limit, patterns.patterns), applicationKey });
    }
    return rules;
  };
}

function compilePatterns(patterns: readonly string[]): CompiledPatterns {
  const matchers = patterns.map(endpointPattern);
  return {
    patterns: [...patterns],
    matches(endpoint) {
      // What the query says must not get a call around its limit.
      const [path = ''] = endpoint.split('?', 1);
      return matchers.some((matches) => matches(path));
    },
  };
}

function asked<T>({ provider }: RuleSource, hook: string, ask: () => unknown, checked: (answer: unknown) => T): T {
  try {
    const answer = ask();
    // Nobody waits for an asynchronous hook, and what it rejects with must not end the process.
    if (answer instanceof Promise) answer.catch(() => undefined);
    return checked(answer);
  } catch (cause) {
    const reason = cause instanceof Rubbish ? cause.message : 'it threw';
    throw new IntegrationError('PROVIDER_INVALID', `${hook}() of the provider '${provider}' is unusable: ${reason}.`, {
      cause,
      details: { provider, hook },
    });
  }
}

/** What a hook gave is not what it should give; the message shows none of it. */
class Rubbish extends Error {}

function checkedDefault(limit: unknown): RateLimit | null {
  if (limit === null || limit === undefined) return null;
  if (isRateLimit(limit)) return limit;
  throw new Rubbish('expected a RateLimit or null');
}

function checkedRules(rules: unknown): readonly RateLimitRule[] {
  if (Array.isArray(rules) && rules.every(isRule)) return rules;
  throw new Rubbish('expected a list of { limit: RateLimit, endpoints?: string[], applicationKey?: string }');
}

function isRule(rule: unknown): rule is RateLimitRule {
  if (typeof rule !== 'object' || rule === null) return false;
  const { limit, endpoints, applicationKey }: Partial<Record<keyof RateLimitRule, unknown>> = rule;
  return (
    isRateLimit(limit) &&
    (endpoints === undefined || (Array.isArray(endpoints) && endpoints.every((each) => typeof each === 'string'))) &&
    (applicationKey === undefined || (typeof applicationKey === 'string' && applicationKey !== ''))
  );
}
