import type { RateLimitKind } from '../types/rate-limit.js';
import { activeOverride } from './active-override.js';
import type { DeclaredRule } from './declared-rules.js';
import type { InspectedGate } from './rate-limit-queries.js';
import { overrideRule, type RateRule } from './rate-rule.js';
import { cutoff } from './rate-window.js';

/** A rate limit that the provider declares, and how much of it is used. */
export interface DeclaredRateLimit {
  readonly limit: number;
  readonly seconds: number;
  readonly kind: RateLimitKind;
  /** Patterns of the endpoints that it is for; null: all. */
  readonly endpoints: readonly string[] | null;
  /** Whether other integrations share it, by an application key. */
  readonly isShared: boolean;
  /** Tokens that are taken now, those of calls under way and of calls about to begin included. */
  readonly used: number;
}

/** What an operator has set in place of the declared limit. */
export interface RateLimitOverride {
  readonly limit: number;
  readonly seconds: number;
  /** Null: until it is cleared. */
  readonly until: Date | null;
  readonly used: number;
}

/** The rate limits of an integration. */
export interface RateLimitReport {
  readonly declared: readonly DeclaredRateLimit[];
  /** Null: none holds. */
  readonly override: RateLimitOverride | null;
  /** Until then the other API wants no calls; null: it takes them. */
  readonly suppressedUntil: Date | null;
}

/** The gates by their ids; null where nothing was ever counted. */
export type InspectedGates = ReadonlyMap<string, InspectedGate | null>;

export function rateLimitReport(
  ownGateId: string,
  declared: readonly (DeclaredRule & { readonly gateId: string })[],
  gates: InspectedGates,
): RateLimitReport {
  const own = gates.get(ownGateId) ?? null;
  return {
    declared: declared.map(({ rule, patterns, applicationKey, gateId }) => ({
      limit: rule.limit,
      seconds: rule.seconds,
      kind: rule.kind,
      endpoints: patterns,
      isShared: applicationKey !== null,
      used: usedOf(rule, gates.get(gateId) ?? null),
    })),
    override: overrideOf(own, declared.find(({ rule }) => rule.isOverridable)?.rule),
    suppressedUntil: suppressedUntil([...gates.values()]),
  };
}

function overrideOf(gate: InspectedGate | null, whole: RateRule | undefined): RateLimitOverride | null {
  const override = gate === null ? null : activeOverride(gate.override, gate.serverTime.getTime());
  if (override === null) return null;
  const rule = whole?.seconds === override.seconds ? whole : overrideRule(override);
  return { limit: override.limit, seconds: override.seconds, until: override.until, used: usedOf(rule, gate) };
}

function usedOf(rule: RateRule, gate: InspectedGate | null): number {
  if (gate === null) return 0;
  const since = cutoff(rule, gate.serverTime.getTime());
  const slots = gate.logs?.[rule.name] ?? [];
  return slots.reduce((sum, { t, n }) => (t.getTime() > since ? sum + n : sum), 0);
}

/** The latest of those still to come. */
function suppressedUntil(gates: readonly (InspectedGate | null)[]): Date | null {
  const instants = gates.flatMap((gate) => {
    const until = gate?.suppressUntil?.getTime() ?? 0;
    return gate !== null && until > gate.serverTime.getTime() ? [until] : [];
  });
  return instants.length === 0 ? null : new Date(Math.max(...instants));
}
