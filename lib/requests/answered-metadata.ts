import type { ResponseMetadata } from '../context.js';
import { property } from '../failures/cause-chain.js';
import { headersOf, headerValues, type HeaderValues } from '../failures/header-values.js';
import { rateLimitHeaders } from '../failures/rate-limit-headers.js';
import type { Call } from './call.js';
import { reportedMetadata } from './reported-metadata.js';
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
  const parsed = answersOf(call, thrown).map((headers) => reportedMetadata(rateLimitHeaders(headers, now)));
  if (parsed.length === 0) return call.responseMetadata;
  const reported = Object.entries(call.responseMetadata).filter(([, value]) => value !== null);
  const told = parsed.reduce((inner, outer) => ({ ...inner, ...outer }));
  return { ...call.responseMetadata, ...told, ...Object.fromEntries(reported) };
}

function answersOf({ response, returned }: Call, thrown: unknown): HeaderValues[] {
  if (response !== null) return [headerValues(response.headers)];
  const ofReturned = responseStatus(returned) === null ? [] : [headerValues(property(returned, 'headers'))];
  return [...ofReturned, ...headersOf(thrown).reverse()];
}
