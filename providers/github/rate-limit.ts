import { parseRetryAfter, type FailureClass, type ResponseHead, type ResponseMetadata } from '../../lib/index.js';
import { failureFacts, type FailureFacts } from './failure-facts.js';

// https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api

/** What GitHub asks for at least, where it refuses without saying for how long. */
const secondaryLimitMs = 60_000;

/** A 403 is a rate limit, to be tried again, or a refusal for good; for other statuses the package decides. */
export function isRetryable(error: unknown): boolean | null {
  const facts = failureFacts(error);
  return facts?.statusCode === 403 ? isRateLimited(facts) : null;
}

/** `retry-after`, else the reset of an exhausted limit (at least a second), else a minute, doubled each time. */
export function retryDelayMs(error: unknown, attempt: number): number | null {
  const facts = failureFacts(error);
  if (facts === null || !isRateLimited(facts)) return null;
  const now = Date.now();
  const retryAfter = facts.header('retry-after');
  const told = retryAfter === null ? null : parseRetryAfter(retryAfter, now);
  if (told !== null) return told;
  const resetAt = facts.header('x-ratelimit-remaining') === '0' ? resetTime(facts.header('x-ratelimit-reset')) : null;
  if (resetAt !== null) return Math.max(1_000, resetAt.getTime() - now);
  return secondaryLimitMs * 2 ** (attempt - 1);
}

/** GitHub answers 403 both to who is too fast and to who may not. */
export function classifyFailure(error: unknown): FailureClass | null {
  const facts = failureFacts(error);
  if (facts === null) return null;
  if (isRateLimited(facts)) return 'throttle';
  if (facts.statusCode === 401) return 'auth';
  return facts.statusCode === 403 ? 'client' : null;
}

/** Reads request id and rate limits from an answer. */
export function responseMetadata({ statusCode, headers }: ResponseHead): ResponseMetadata {
  const retryAfterMs = parseRetryAfter(headers['retry-after'] ?? '', Date.now()) ?? impliedDelayMs(statusCode, headers);
  return {
    providerRequestId: headers['x-github-request-id'] ?? null,
    ...(isCoreLimit(headers) && {
      rateLimitRemaining: wholeNumber(headers['x-ratelimit-remaining']),
      rateLimitResetAt: resetTime(headers['x-ratelimit-reset'] ?? null),
    }),
    retryAfterSeconds: retryAfterMs === null ? null : Math.ceil(retryAfterMs / 1000),
  };
}

/** A 429 that says nothing, and is not about the hourly limit, is about a secondary one. */
function impliedDelayMs(statusCode: number, headers: ResponseHead['headers']): number | null {
  return statusCode === 429 && headers['x-ratelimit-remaining'] !== '0' ? secondaryLimitMs : null;
}

function isRateLimited({ statusCode, header, message }: FailureFacts): boolean {
  if (statusCode === 429) return true;
  if (statusCode !== 403) return false;
  return (
    header('retry-after') !== null ||
    header('x-ratelimit-remaining') === '0' ||
    /rate limit|throttl|abuse/i.test(message)
  );
}

/** Search, GraphQL and others have budgets of their own: an exhausted one must not hold up all calls. */
function isCoreLimit(headers: ResponseHead['headers']): boolean {
  return (headers['x-ratelimit-resource'] ?? 'core') === 'core';
}

/** Seconds since the epoch. */
function resetTime(header: string | null): Date | null {
  const seconds = wholeNumber(header ?? undefined);
  return seconds === null ? null : new Date(seconds * 1000);
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : null;
}
