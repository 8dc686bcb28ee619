import { describe, expect, it } from 'vitest';
import { wishedSuppressionMs } from '../../../lib/rate-limits/wished-suppression.js';

const now = Date.UTC(2026, 0, 1);
const inSeconds = (seconds: number): Date => new Date(now + seconds * 1_000);

describe('an answer', () => {
  it.each([
    ['asks for as long as it names', { retryAfterSeconds: 5 }, 5_000],
    ['may ask for parts of a second', { retryAfterSeconds: 0.25 }, 250],
    ['asks until the reset where no call remains', { rateLimitRemaining: 0, rateLimitResetAt: inSeconds(7) }, 7_000],
    [
      'asks until the reset where more was sent than it allows',
      { rateLimitRemaining: -1, rateLimitResetAt: inSeconds(7) },
      7_000,
    ],
    [
      'asks for what it names rather than until the reset',
      { retryAfterSeconds: 5, rateLimitRemaining: 0, rateLimitResetAt: inSeconds(60) },
      5_000,
    ],
    [
      'asks until the reset where it names no time at all',
      { retryAfterSeconds: 0, rateLimitRemaining: 0, rateLimitResetAt: inSeconds(60) },
      60_000,
    ],
    ['asks for nothing while calls remain', { rateLimitRemaining: 1, rateLimitResetAt: inSeconds(60) }, 0],
    ['asks for nothing where it does not say until when', { rateLimitRemaining: 0 }, 0],
    ['asks for nothing where it does not say how many remain', { rateLimitResetAt: inSeconds(60) }, 0],
    ['asks for nothing where the reset was before', { rateLimitRemaining: 0, rateLimitResetAt: inSeconds(-1) }, 0],
    ['asks for nothing where it says nothing', {}, 0],
    ['asks for nothing by nulls', { retryAfterSeconds: null, rateLimitRemaining: null, rateLimitResetAt: null }, 0],
    ['asks for a day at the most', { retryAfterSeconds: 1e12 }, 86_400_000],
    [
      'asks for a day at the most, whatever the reset is',
      { rateLimitRemaining: 0, rateLimitResetAt: inSeconds(1e9) },
      86_400_000,
    ],
  ])('%s', (_behaviour, metadata, ms) => {
    expect(wishedSuppressionMs(metadata, now)).toBe(ms);
  });
});
