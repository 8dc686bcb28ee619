import { InvalidArgumentError } from '@commander-js/extra-typings';
import { RateLimit } from '../types/rate-limit.js';
import { durationText, unitSeconds } from './duration.js';

const windows = { second: unitSeconds.s, minute: unitSeconds.m, hour: unitSeconds.h, day: unitSeconds.d } as const;

/** `100/minute`, or `50/10s`. */
export function parseRateLimit(text: string): RateLimit {
  const [, limit, word, count, unit] = /^(\d+)\/(?:(second|minute|hour|day)|(\d+)([smhd]))$/u.exec(text) ?? [];
  const seconds =
    word === undefined
      ? Number(count) * unitSeconds[unit as keyof typeof unitSeconds]
      : windows[word as keyof typeof windows];
  if (Number(limit) > 0 && seconds > 0) return RateLimit.per(Number(limit), seconds);
  throw new InvalidArgumentError('Expected a limit such as 100/minute, 5000/hour or 50/10s.');
}

/** `100 per 1m`. */
export function rateLimitText({ limit, seconds }: Pick<RateLimit, 'limit' | 'seconds'>): string {
  return `${String(limit)} per ${durationText(seconds)}`;
}
