import { IntegrationError } from '../errors.js';
import type { Fingerprints } from '../fingerprint/fingerprints.js';
import type { CacheSettings } from '../options.js';
import type { CacheRequest } from '../requests/call-spec.js';
import type { Call } from '../requests/call.js';
import { isRead } from '../requests/read-methods.js';
import type { CacheTtl } from '../types/request-builder.js';
import { cacheKey } from './cache-key.js';

/** What a call asks of the cache, checked and resolved. */
export interface CachePlan {
  /** The `_id` of the response. */
  readonly id: string;
  readonly ttl: CacheTtl;
  /** How long after its lifetime a response may stand in for a failed call; 0: not at all. */
  readonly staleMs: number;
  readonly tags: readonly string[];
}

/**
 * @throws IntegrationError `REQUEST_INVALID` for a method that is neither GET nor HEAD unless `anyMethod` is set, for a
 *   streamed response, and for data that cannot be compared.
 */
export function cachePlan(
  call: Call,
  request: CacheRequest,
  fingerprints: Fingerprints,
  settings: CacheSettings,
): CachePlan {
  assertCacheable(call, request);
  const { ttl, tags = [], staleIfErrorSeconds = settings.staleIfErrorSeconds } = request;
  return { id: cacheKey(call, fingerprints), ttl, tags, staleMs: staleIfErrorSeconds * 1_000 };
}

/** Whether nothing could be served any more by the time it is there. */
export function isPast({ ttl }: CachePlan): boolean {
  return ttl instanceof Date && ttl.getTime() <= Date.now();
}

function assertCacheable({ method, spec }: Call, { anyMethod = false }: CacheRequest): void {
  if (!isRead(method) && !anyMethod) {
    throw new IntegrationError(
      'REQUEST_INVALID',
      'withCache() remembers GET and HEAD. Where another method only reads, say so: withCache(ttl, { anyMethod: true }).',
    );
  }
  if (spec.options.responseType === 'stream') {
    throw new IntegrationError(
      'REQUEST_INVALID',
      "withCache() cannot remember a stream: drop it, or the option responseType: 'stream'.",
    );
  }
}
