import { property } from './cause-chain.js';

/** Of AWS, whose services throttle with the status 400 as well. */
const awsNames = /throttl|SlowDown|TooManyRequests|RequestLimitExceeded|ThroughputExceeded|BandwidthLimitExceeded/i;

/** Of Google, whose older APIs throttle with the status 403. */
const googleReasons = new Set<unknown>(['rateLimitExceeded', 'userRateLimitExceeded']);

/** Does this link of a cause chain say so by other means than the status 429 that we are to slow down? */
export function isThrottling(link: unknown): boolean {
  return isThrottlingOfSlack(link) || isThrottlingOfAws(link) || isThrottlingOfGoogle(link);
}

/** Slack's error for a 429 bears neither status nor headers, but `retryAfter`, in seconds. */
export function isThrottlingOfSlack(link: unknown): boolean {
  return property(link, 'code') === 'slack_webapi_rate_limited_error';
}

function isThrottlingOfAws(link: unknown): boolean {
  if (property(link, '$metadata') === undefined) return false;
  const name = property(link, 'name');
  return (
    property(property(link, '$retryable'), 'throttling') === true || (typeof name === 'string' && awsNames.test(name))
  );
}

function isThrottlingOfGoogle(link: unknown): boolean {
  const errors = property(link, 'errors');
  return Array.isArray(errors) && errors.some((each) => googleReasons.has(property(each, 'reason')));
}
