import type { Types } from 'mongoose';
import type { GateView } from '../gates/gate-view.js';
import type { DeclaredRule } from './declared-rules.js';
import { activeOverride } from './active-override.js';
import { overrideRule, type RateRule } from './rate-rule.js';

/** A gate that an attempt has to pass, with the rules that are kept there. */
export interface AttemptGate {
  readonly id: string;
  /** Whose it is; null: of an application key. */
  readonly integrationId: Types.ObjectId | null;
  readonly rules: readonly RateRule[];
}

export interface AttemptFacts {
  readonly endpoint: string;
  readonly integrationId: Types.ObjectId;
  /** Of the integration. */
  readonly gateId: string;
  readonly view: GateView;
  /** Names the gate of an application key. */
  readonly applicationGateId: (applicationKey: string) => string;
}

/**
 * The gates of an attempt: first the integration's own, which has no rules where nothing is declared, then one for each
 * application key.
 */
export function attemptGates(declared: readonly DeclaredRule[], facts: AttemptFacts): AttemptGate[] {
  const gates = new Map<string, RateRule[]>([[facts.gateId, []]]);
  for (const { rule, matches, applicationKey } of withOverride(declared, facts.view)) {
    if (!matches(facts.endpoint)) continue;
    const id = applicationKey === null ? facts.gateId : facts.applicationGateId(applicationKey);
    gates.set(id, withRule(gates.get(id) ?? [], rule));
  }
  return Array.from(gates, ([id, rules]) => ({
    id,
    rules,
    integrationId: id === facts.gateId ? facts.integrationId : null,
  }));
}

/** Two rules of one log are one: the stricter. */
function withRule(rules: readonly RateRule[], added: RateRule): RateRule[] {
  const others = rules.filter(({ name }) => name !== added.name);
  const same = rules.find(({ name }) => name === added.name);
  return [...others, same !== undefined && same.limit < added.limit ? same : added];
}

/**
 * An operator's limit of the same window is left to the reservation, which knows at once. One of another window takes
 * the place of the declared default here; where none is declared, it is one.
 */
function withOverride(declared: readonly DeclaredRule[], view: GateView): readonly DeclaredRule[] {
  const override = activeOverride(view.override, view.now());
  if (override === null) return declared;
  const whole = declared.find(({ rule }) => rule.isOverridable);
  if (whole?.rule.seconds === override.seconds) return declared;
  return [
    { rule: overrideRule(override), patterns: null, matches: () => true, applicationKey: null },
    ...declared.filter((each) => each !== whole),
  ];
}
