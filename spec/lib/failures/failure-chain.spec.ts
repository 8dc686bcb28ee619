import { describe, expect, it } from 'vitest';
import { CircuitOpenError, IntegrationError, RateLimitExceededError } from '../../../lib/errors.js';
import { failureChain, isRefusal } from '../../../lib/failures/failure-chain.js';

const before = new Error('how the attempt before had failed');
const refusals = [
  new CircuitOpenError({ integrationId: '1', openedAt: null, cooldownSeconds: 1, retryAfterSeconds: 1, cause: before }),
  new RateLimitExceededError({ integrationId: '1', retryAfterSeconds: 1, cause: before }),
];

describe('failureChain', () => {
  it.each(refusals)('ends with a refusal: $code', (refusal) => {
    const outer = new Error('outer', { cause: refusal });
    expect(failureChain(outer)).toEqual([outer, refusal]);
  });

  it('is the whole cause chain where nothing was refused', () => {
    const outer = new Error('outer', { cause: before });
    expect(failureChain(outer)).toEqual([outer, before]);
  });
});

describe('isRefusal', () => {
  it.each(refusals)('knows $code', (refusal) => expect(isRefusal(refusal)).toBe(true));

  it.each([before, new IntegrationError('INSTANCE_STOPPED', 'stopped'), null])('does not take %s for one', (error) => {
    expect(isRefusal(error)).toBe(false);
  });
});
