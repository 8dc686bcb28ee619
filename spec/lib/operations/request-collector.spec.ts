import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { createRequestCollector } from '../../../lib/operations/request-collector.js';
import { maxEmbeddedRequests } from '../../../schemas/embedded-request.js';

const summary = (endpoint: string) => ({
  requestId: new Types.ObjectId(),
  endpoint,
  method: 'GET',
  statusCode: 200,
  durationMs: 1,
  failureClass: null,
  startedAt: new Date(),
});

describe('createRequestCollector', () => {
  it('is empty at first', () => {
    expect(createRequestCollector().collected()).toEqual({ requests: [], requestCount: 0 });
  });

  it('keeps the first 50 calls, and counts all', () => {
    const { note, collected } = createRequestCollector();
    const summaries = Array.from({ length: 60 }, (_, index) => summary(`call-${index}`));
    for (const each of summaries) note(each);
    expect(maxEmbeddedRequests).toBe(50);
    expect(collected()).toEqual({ requests: summaries.slice(0, 50), requestCount: 60 });
  });
});
