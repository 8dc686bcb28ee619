import { describe, expect, it } from 'vitest';
import { RateLimit } from '../../../lib/index.js';
import { outlookOf } from '../../../lib/rate-limits/outlook.js';
import { defaultRule, furtherRule } from '../../../lib/rate-limits/rate-rule.js';
import type { ReservationReply } from '../../../lib/rate-limits/reservation-query.js';

const serverTime = new Date('2026-01-01T12:00:00Z');
const inMs = (ms: number): Date => new Date(serverTime.getTime() + ms);
const rules = [defaultRule(RateLimit.per(10, 5))];
const facts = { rules, priority: 'interactive', longestMs: 32_000, mergeMs: 78, now: 1_000 } as const;
const full = (oldest: Date) => ({ tokens: 10, oldest });

function outlook(reply: Partial<ReservationReply>, members: Partial<Parameters<typeof outlookOf>[1]> = {}) {
  return outlookOf(
    { serverTime, granted: 0, taken: [{ tokens: 0, oldest: null }], ...reply },
    { ...facts, ...members },
  );
}

describe('who got no token', () => {
  it('asks again when the oldest one is free', () => {
    expect(outlook({ taken: [full(inMs(-4_500))] })).toEqual({ askAt: 1_503, possibleAt: 1_502 });
  });

  it('asks once a second while that is far away, and knows how far', () => {
    expect(outlook({ taken: [full(inMs(-500))] })).toEqual({ askAt: 2_000, possibleAt: 5_502 });
  });

  it('takes a token on its way for one that was answered right after its reservation', () => {
    const reservedSecondsAgo = inMs(32_000 - 4_500);
    expect(outlook({ taken: [full(reservedSecondsAgo)] })).toMatchObject({ possibleAt: 1_502 });
  });

  it('takes it for answered now, where others may be on their way for longer than its own', () => {
    expect(outlook({ taken: [full(inMs(90_000))] })).toMatchObject({ possibleAt: 1_000 + 5_002 });
  });

  it('asks when others may have settled, where only tokens on their way are left of long ago', () => {
    const reservedLongAgo = inMs(32_000 - 20_000);
    expect(outlook({ taken: [full(reservedLongAgo)] })).toEqual({ askAt: 1_078, possibleAt: 1_000 });
  });

  it('waits for the scarcest of the rules that have no room', () => {
    const both = [...rules, furtherRule(RateLimit.per(5, 10), ['/a'])];
    const taken = [full(inMs(-4_900)), { tokens: 5, oldest: inMs(-9_700) }];
    expect(outlook({ taken }, { rules: both })).toMatchObject({ possibleAt: 1_302 });
    const roomy = [full(inMs(-4_900)), { tokens: 4, oldest: inMs(-1) }];
    expect(outlook({ taken: roomy }, { rules: both })).toMatchObject({ possibleAt: 1_102 });
  });

  it('waits until the other API wants calls', () => {
    expect(outlook({ suppressUntil: inMs(700) })).toEqual({ askAt: 1_701, possibleAt: 1_700 });
  });

  it('waits for interactive calls in the background alone', () => {
    const reply = { foregroundUntil: inMs(300) };
    expect(outlook(reply, { priority: 'background' })).toMatchObject({ possibleAt: 1_300 });
    expect(outlook(reply)).toMatchObject({ possibleAt: 1_000 });
  });

  it('goes by the limit of an operator', () => {
    const override = { limit: 2, seconds: 5, until: null };
    const taken = [{ tokens: 2, oldest: inMs(-4_000) }];
    expect(outlook({ override, taken })).toMatchObject({ possibleAt: 2_002 });
    expect(outlook({ override: { ...override, seconds: 6 }, taken })).toMatchObject({ possibleAt: 1_000 });
  });
});
