import type { ClassifiesFailures } from '../../providers/contracts.js';
import { causeChain } from './cause-chain.js';
import { classifyFailure } from './classify-failure.js';
import { isRefusal } from './failure-chain.js';
import { retryAfterOf } from './retry-after.js';

const leastMs = 1_000;
/** Where the other API asks for fewer calls, and does not say for how long. */
const unsaidMs = 60_000;

/**
 * For how many milliseconds work is to be put off that failed because the other API, or what protects it, holds calls
 * back; null: it failed for another reason.
 */
export function putOffMs(error: unknown, provider: Partial<ClassifiesFailures>): number | null {
  const refusal = causeChain(error).find(isRefusal);
  if (refusal !== undefined) return atLeast(Number(refusal.details.retryAfterSeconds) * 1_000);
  if (classifyFailure(error, provider) !== 'throttle') return null;
  return atLeast(retryAfterOf(error, Date.now()) ?? unsaidMs);
}

function atLeast(ms: number): number {
  return Number.isFinite(ms) ? Math.max(leastMs, Math.ceil(ms)) : unsaidMs;
}
