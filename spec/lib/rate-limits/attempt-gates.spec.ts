import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { RateLimit } from '../../../lib/index.js';
import { gateView, type GateReply } from '../../../lib/gates/gate-view.js';
import { createApplicationGateIds } from '../../../lib/rate-limits/application-key.js';
import { attemptGates } from '../../../lib/rate-limits/attempt-gates.js';
import type { DeclaredRule } from '../../../lib/rate-limits/declared-rules.js';
import { defaultRule, furtherRule } from '../../../lib/rate-limits/rate-rule.js';

const serverTime = new Date('2026-01-01T00:00:00Z');
const everywhere = { patterns: null, matches: () => true, applicationKey: null };
const integrationId = new Types.ObjectId();
const whole: DeclaredRule = { ...everywhere, rule: defaultRule(RateLimit.perMinute(60)) };
const further = (limit: number, members: Partial<DeclaredRule> = {}): DeclaredRule => ({
  ...everywhere,
  rule: furtherRule(RateLimit.perMinute(limit), null),
  ...members,
});

function gatesOf(declared: readonly DeclaredRule[], reply: Partial<GateReply> = {}) {
  const view = gateView({ serverTime, ...reply });
  const gate = { integrationId, gateId: 'own', applicationGateId: (key: string) => `key:${key}` };
  return attemptGates(declared, { endpoint: '/a', view, ...gate });
}

const limitsOf = (gates: ReturnType<typeof gatesOf>) =>
  gates.map(({ id, rules }) => [id, rules.map(({ limit, seconds }) => [limit, seconds])]);

describe('the gates of an attempt', () => {
  it('are its own alone where nothing is declared', () => {
    expect(gatesOf([])).toEqual([{ id: 'own', integrationId, rules: [] }]);
  });

  it('hold the rules that match its endpoint', () => {
    const elsewhere = further(5, { matches: () => false });
    expect(limitsOf(gatesOf([whole, elsewhere]))).toEqual([['own', [[60, 60]]]]);
  });

  it('are those of application keys too', () => {
    const shared = further(1_000, { applicationKey: 'app' });
    expect(limitsOf(gatesOf([whole, shared]))).toEqual([
      ['own', [[60, 60]]],
      ['key:app', [[1_000, 60]]],
    ]);
  });

  it('keep the stricter of two rules of the same log', () => {
    expect(limitsOf(gatesOf([further(20), further(10), further(30)]))).toEqual([['own', [[10, 60]]]]);
  });

  const override = { limit: 5, seconds: 60, until: null };

  it('leave an override of the declared window to the reservation', () => {
    expect(limitsOf(gatesOf([whole], { override }))).toEqual([['own', [[60, 60]]]]);
  });

  it('have the override in place of a declared limit of another window, beside the further ones', () => {
    const gates = gatesOf([whole, further(10)], { override: { ...override, seconds: 1 } });
    expect(limitsOf(gates)).toEqual([
      [
        'own',
        [
          [5, 1],
          [10, 60],
        ],
      ],
    ]);
  });

  it('have the override where none is declared', () => {
    expect(limitsOf(gatesOf([], { override }))).toEqual([['own', [[5, 60]]]]);
  });

  it('have no override that is over', () => {
    expect(limitsOf(gatesOf([], { override: { ...override, until: serverTime } }))).toEqual([['own', []]]);
  });
});

describe('the gate of an application key', () => {
  const gateIdOf = createApplicationGateIds();

  it('is named by a hash of provider and key, the same each time, and shows neither', () => {
    expect(gateIdOf('acme', 'client-1')).toMatch(/^key:[0-9a-f]{64}$/);
    expect(gateIdOf('acme', 'client-1')).toBe(createApplicationGateIds()('acme', 'client-1'));
  });

  it('is another one for another key, and for another provider', () => {
    const ids = [gateIdOf('acme', 'a'), gateIdOf('acme', 'b'), gateIdOf('other', 'a'), gateIdOf('other', 'b')];
    expect(new Set(ids).size).toBe(4);
  });
});
