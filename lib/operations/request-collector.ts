import { maxEmbeddedRequests, type EmbedsRequests } from '../../schemas/embedded-request.js';
import type { RequestSummary } from '../context.js';

/** Gathers the calls made while an operation runs, bounded as documents embed them. */
export interface RequestCollector {
  note(summary: RequestSummary): void;
  collected(): EmbedsRequests;
}

export function createRequestCollector(): RequestCollector {
  const requests: RequestSummary[] = [];
  let requestCount = 0;
  return {
    note(summary) {
      requestCount += 1;
      if (requests.length < maxEmbeddedRequests) requests.push(summary);
    },
    collected: () => ({ requests, requestCount }),
  };
}
