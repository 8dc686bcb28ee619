import { answeredErrors } from './answered-errors.js';
import { property } from './cause-chain.js';

/** RFC 6749, section 5.2, and RFC 6750, section 3.1: of a client, a grant or a token that is not accepted. */
const oauthErrors = new Set<unknown>(['invalid_grant', 'invalid_client', 'invalid_token']);

/** Of Slack, which answers them with the status 200. */
const slackErrors = new Set<unknown>([
  'invalid_auth',
  'not_authed',
  'token_revoked',
  'token_expired',
  'account_inactive',
]);

/** Does this link of a cause chain say by other means than the status 401 that our credentials are refused? */
export function refusesCredentials(link: unknown): boolean {
  if (property(link, 'code') === 'slack_webapi_platform_error') {
    return slackErrors.has(property(property(link, 'data'), 'error'));
  }
  // Stripe has it for a type.
  return [...answeredErrors(link), property(link, 'rawType')].some((error) => oauthErrors.has(error));
}
