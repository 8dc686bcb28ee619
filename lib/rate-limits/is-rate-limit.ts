import { rateLimitKinds, type RateLimit } from '../types/rate-limit.js';

/** By what it has, because another installed copy of the package may have made it. */
export function isRateLimit(value: unknown): value is RateLimit {
  if (typeof value !== 'object' || value === null) return false;
  const { limit, seconds, kind }: Partial<Record<keyof RateLimit, unknown>> = value;
  return isPositive(limit) && isPositive(seconds) && rateLimitKinds.some((known) => known === kind);
}

function isPositive(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) > 0;
}
