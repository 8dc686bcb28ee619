import type { ResponseMetadata } from '../context.js';
import { property } from '../failures/cause-chain.js';
import { headersOf, headerValues, type HeaderValues } from '../failures/header-values.js';
import { rateLimitHeaders } from '../failures/rate-limit-headers.js';
import type { Call } from './call.js';
import { responseStatus } from './response-object.js';

/**
 * What is known of the answer to an attempt: what its callback or the provider reported and, where they said nothing,
 * what its headers say about rate limits.
 *
 * @param thrown What the attempt failed with, if it did.
 */
export function answeredMetadata(call: Call, thrown: unknown = null): ResponseMetadata {
  const now = Date.now();
  // From the inside out: the outermost error that says something wins.
  const parsed = answersOf(call, thrown).map((headers) => rateLimitHeaders(headers, now));
  if (parsed.length === 0) return call.responseMetadata;
  const metadata = parsed.reduce<Record<string, unknown>>((told, each) => Object.assign(told, each), {});
  for (const [name, value] of Object.entries(call.responseMetadata)) {
    if (value !== null || metadata[name] === undefined) metadata[name] = value;
  }
  return metadata;
}

/** The headers of what was answered, from the inside out. */
export function answersOf({ response, returned }: Call, thrown: unknown): HeaderValues[] {
  if (response !== null) return [headerValues(response.headers)];
  const ofReturned = responseStatus(returned) === null ? [] : [headerValues(property(returned, 'headers'))];
  return [...ofReturned, ...headersOf(thrown).reverse()];
}
