import type { RequestAttempt } from '../../schemas/integration-request.js';
import type { FailureClass } from '../types/failure-class.js';
import type { Call } from './call.js';

/**
 * What the attempt says about the other side:
 *
 * - `answered`: it lives, whatever it thinks of the call
 * - `failed`: it is at fault, or out of reach
 * - `unknown`: nothing; the attempt was refused, aborted, or failed on our side
 */
export type AttemptResult = 'answered' | 'failed' | 'unknown';

/** Verdicts that only an answer leads to, also where its status did not get through to us. */
const answers = new Set<string | null>([null, 'throttle', 'auth', 'client'] satisfies (FailureClass | null)[]);

/** The verdict on the attempt that has just ended, as the classifier put it down. */
export function attemptResult(call: Call): AttemptResult {
  const attempt = recordedAttempt(call);
  if (attempt === null) return 'unknown';
  if (attempt.failureClass === 'upstream') return 'failed';
  return attempt.statusCode !== null || answers.has(attempt.failureClass) ? 'answered' : 'unknown';
}

/**
 * Whether the other side has counted the attempt:
 *
 * - `answered`: it surely has by now, and its answer is what time is measured from
 * - `unanswered`: nobody knows
 * - `unsent`: it has not; the attempt was refused before it began
 */
export type AttemptEnd = 'answered' | 'unanswered' | 'unsent';

/** How far the attempt that has just ended came. */
export function attemptEnd(call: Call): AttemptEnd {
  const attempt = recordedAttempt(call);
  if (attempt === null) return 'unsent';
  return attempt.statusCode !== null || attempt.failureClass === null ? 'answered' : 'unanswered';
}

/** The record of the current attempt; null where it was refused before it began. */
function recordedAttempt({ attempts, attempt }: Call): RequestAttempt | null {
  const last = attempts.at(-1);
  return last?.number === attempt ? last : null;
}
