import { describe, expect, it } from 'vitest';
import { RateLimit } from '../../../lib/types/rate-limit.js';

describe('RateLimit', () => {
  it.each([
    ['perMinute', RateLimit.perMinute(60), 60],
    ['perHour', RateLimit.perHour(60), 3_600],
    ['perDay', RateLimit.perDay(60), 86_400],
    ['per', RateLimit.per(60, 10), 10],
  ])('%s counts in fixed windows, unless it says otherwise', (_name, rateLimit, seconds) => {
    expect(rateLimit).toEqual({ limit: 60, seconds, kind: 'fixed' });
  });

  it('says how the provider counts, and leaves the limit it was made of as it was', () => {
    const fixed = RateLimit.perMinute(60);
    expect(fixed.sliding()).toEqual({ limit: 60, seconds: 60, kind: 'sliding' });
    expect(fixed.aligned()).toEqual({ limit: 60, seconds: 60, kind: 'aligned' });
    expect(fixed.sliding().aligned().kind).toBe('aligned');
    expect(fixed.kind).toBe('fixed');
  });

  it.each([0, -1, 1.5, Number.NaN, Infinity, '5' as unknown as number])('refuses %s', (number) => {
    const invalid = expect.objectContaining({ code: 'PROVIDER_INVALID' });
    expect(() => RateLimit.perMinute(number)).toThrow(invalid);
    expect(() => RateLimit.per(1, number)).toThrow(invalid);
  });
});
