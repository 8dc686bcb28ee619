import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportedMetadata } from '../../../lib/requests/reported-metadata.js';

describe('reportedMetadata', () => {
  it('keeps what has the type that it should have, and null', () => {
    const rateLimitResetAt = new Date();
    const metadata = { providerRequestId: 'r-1', statusCode: 201, rateLimitRemaining: 0, rateLimitResetAt };
    expect(reportedMetadata({ ...metadata, retryAfterSeconds: null })).toEqual({
      ...metadata,
      retryAfterSeconds: null,
    });
  });

  it('makes text of a numeric request id', () => {
    expect(reportedMetadata({ providerRequestId: 42 })).toEqual({ providerRequestId: '42' });
  });

  it('cuts a request id to 128 characters, not to half of one', () => {
    const { providerRequestId } = reportedMetadata({ providerRequestId: '😀'.repeat(200) });
    expect(providerRequestId).toBe('😀'.repeat(128));
  });

  it.each([
    { statusCode: '200' },
    { statusCode: 99 },
    { retryAfterSeconds: -1 },
    { retryAfterSeconds: Number.NaN },
    { rateLimitResetAt: '2026-01-01' },
    { rateLimitResetAt: new Date('never') },
    { providerRequestId: {} },
    { providerRequestId: undefined },
    { somethingElse: 1 },
    undefined,
    null,
    'text',
  ])('takes nothing from %j', (reported) => {
    expect(reportedMetadata(reported)).toEqual({});
  });

  it('never throws, and gives known members only', () => {
    const known = ['providerRequestId', 'statusCode', 'rateLimitRemaining', 'rateLimitResetAt', 'retryAfterSeconds'];
    const reported = fc.oneof(fc.anything(), fc.record(Object.fromEntries(known.map((name) => [name, fc.anything()]))));
    fc.assert(
      fc.property(reported, (value) => Object.keys(reportedMetadata(value)).every((name) => known.includes(name))),
      { seed: 7, numRuns: 500 },
    );
  });
});
