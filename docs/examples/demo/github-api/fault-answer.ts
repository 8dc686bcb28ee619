import { json, type Answer } from './answer.js';
import type { Fault } from './fault.js';

const secondaryRateLimit = {
  message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
  documentation_url: 'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits',
};
const resubmit = 'Sorry about that. Please try resubmitting your request and contact us if the problem persists.';

const bodies: Readonly<Record<number, unknown>> = {
  403: secondaryRateLimit,
  429: secondaryRateLimit,
  502: { message: 'Server Error' },
  503: { message: `No server is currently available to service your request. ${resubmit}` },
  504: { message: `We couldn't respond to your request in time. ${resubmit}` },
};

/** What a fault answers in place of the API; undefined when the fault has no status: the API's own answer is sent. */
export function faultAnswer(fault: Fault): Answer | undefined {
  if (fault.status === undefined) return undefined;
  const body = fault.body ?? bodies[fault.status] ?? { message: 'Server Error' };
  const retryAfter = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
  return json(fault.status, body, { ...retryAfter, ...fault.headers });
}
