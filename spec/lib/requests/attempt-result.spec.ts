import { describe, expect, it } from 'vitest';
import { attemptEnd, attemptResult } from '../../../lib/requests/attempt-result.js';
import type { Call } from '../../../lib/requests/call.js';
import type { FailureClass } from '../../../lib/types/failure-class.js';
import type { RequestAttempt } from '../../../schemas/integration-request.js';

/** A call as the stages left it: what it is asked for alone. */
function callWith(
  attempt: number,
  ...attempts: Pick<RequestAttempt, 'number' | 'failureClass' | 'statusCode'>[]
): Call {
  return { attempt, attempts } as unknown as Call;
}

const ended = (failureClass: FailureClass | null, statusCode: number | null) =>
  callWith(1, { number: 1, failureClass, statusCode });

describe('the result of an attempt', () => {
  it.each<[FailureClass | null, number | null, ReturnType<typeof attemptResult>]>([
    [null, 200, 'answered'],
    [null, null, 'answered'],
    ['upstream', 503, 'failed'],
    ['upstream', null, 'failed'],
    ['throttle', 429, 'answered'],
    ['auth', 401, 'answered'],
    ['auth', null, 'answered'],
    ['client', 404, 'answered'],
    ['client', null, 'answered'],
    ['local', 200, 'answered'],
    ['local', null, 'unknown'],
    ['cancelled', null, 'unknown'],
    ['unknown', null, 'unknown'],
    ['unknown', 418, 'answered'],
  ])('of class %s with status %s is %s', (failureClass, statusCode, result) => {
    expect(attemptResult(ended(failureClass, statusCode))).toBe(result);
  });

  it('is unknown where the attempt was refused before it began, whatever the one before came to', () => {
    expect(attemptResult(callWith(1))).toBe('unknown');
    expect(attemptResult(callWith(2, { number: 1, failureClass: 'upstream', statusCode: 503 }))).toBe('unknown');
  });
});

it('an attempt was surely counted by the other side where it answered', () => {
  expect(attemptEnd(ended(null, null))).toBe('answered');
  expect(attemptEnd(ended('upstream', 500))).toBe('answered');
  expect(attemptEnd(ended('upstream', null))).toBe('unanswered');
  expect(attemptEnd(callWith(2, { number: 1, failureClass: null, statusCode: 200 }))).toBe('unsent');
});
