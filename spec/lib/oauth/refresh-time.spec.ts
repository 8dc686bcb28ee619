import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expiresSoon, refreshTime } from '../../../lib/oauth/refresh-time.js';

const now = Date.UTC(2026, 0, 1);
const hourMs = 3_600_000;
const leastAgeMs = 10_000;
const at = (ms: number): Date => new Date(now + ms);

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const lifetime = fc.integer({ min: 20_000, max: 400 * 24 * hourMs });
const threshold = fc.integer({ min: 0, max: 24 * hourMs });

describe('refreshTime()', () => {
  it('comes before any caller would have to refresh', () => {
    fc.assert(
      fc.property(lifetime, threshold, random, (lifetimeMs, thresholdMs, spread) => {
        const time = refreshTime(at(lifetimeMs), now, thresholdMs, spread).getTime();
        const asLate = Math.max(now + lifetimeMs - Math.min(thresholdMs, lifetimeMs / 2), now + leastAgeMs);
        expect(time).toBeLessThanOrEqual(asLate);
      }),
    );
  });

  it('leaves a token the first part of its life, whatever the threshold is', () => {
    fc.assert(
      fc.property(lifetime, threshold, random, (lifetimeMs, thresholdMs, spread) => {
        const time = refreshTime(at(lifetimeMs), now, thresholdMs, spread).getTime();
        expect(time - now).toBeGreaterThanOrEqual(Math.floor(lifetimeMs * 0.4));
      }),
    );
  });

  it('is no more than half an hour early for being spread out', () => {
    fc.assert(
      fc.property(lifetime, random, (lifetimeMs, spread) => {
        const time = refreshTime(at(lifetimeMs), now, 0, spread).getTime();
        expect(now + lifetimeMs - time).toBeLessThanOrEqual(hourMs / 2 + 1);
      }),
    );
  });

  it('spreads out what was issued together', () => {
    const times = [0, 0.25, 0.5, 0.75].map((spread) => refreshTime(at(hourMs), now, 300_000, spread).getTime());
    expect(times.map((time) => (now + hourMs - time) / 60_000)).toEqual([5, 6.5, 8, 9.5]);
  });

  it('does not come at once for a token that has expired by our clock', () => {
    expect(refreshTime(at(-hourMs), now, 300_000, 0)).toEqual(at(leastAgeMs));
  });
});

describe('expiresSoon()', () => {
  it.each([
    ['its expiry is nearer than the threshold', { tokenExpiresAt: at(299_000), tokenRefreshAt: null }, true],
    ['its expiry is further away', { tokenExpiresAt: at(301_000), tokenRefreshAt: null }, false],
    ['it has expired', { tokenExpiresAt: at(-1), tokenRefreshAt: at(-2) }, true],
    ['it is short-lived, and young', { tokenExpiresAt: at(60_000), tokenRefreshAt: at(30_000) }, false],
    ['it is short-lived, and its time has come', { tokenExpiresAt: at(30_000), tokenRefreshAt: at(0) }, true],
    ['the job is late, but there is time', { tokenExpiresAt: at(hourMs), tokenRefreshAt: at(-1) }, false],
    ['nobody says when it expires', { tokenExpiresAt: null, tokenRefreshAt: null }, false],
    ['the document is older than these fields', {}, false],
  ])('where %s', (_title, age, expected) => {
    expect(expiresSoon(age, now, 300_000)).toBe(expected);
  });
});
