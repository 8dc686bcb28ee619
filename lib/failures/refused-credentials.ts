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

/** Where SDKs keep the body of an error answer, or its `error`. */
const bodies: readonly (readonly string[])[] = [[], ['body'], ['data'], ['response', 'data'], ['response', 'body']];

/** Does this link of a cause chain say by other means than the status 401 that our credentials are refused? */
export function refusesCredentials(link: unknown): boolean {
  if (property(link, 'code') === 'slack_webapi_platform_error') {
    return slackErrors.has(property(property(link, 'data'), 'error'));
  }
  // Stripe has it for a type.
  const errors = bodies.map((path) => property(path.reduce(property, link), 'error'));
  return [...errors, property(link, 'rawType')].some((error) => oauthErrors.has(error));
}
