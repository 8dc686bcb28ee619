import type { TokenErrorKind } from './client-config.js';

/**
 * What the `error` codes of token endpoints mean.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2
 * @see https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
 * @see https://docs.slack.dev/reference/methods/oauth.v2.access
 */
const codes: Readonly<Record<TokenErrorKind, readonly string[]>> = {
  grant: [
    'invalid_grant',
    // GitHub
    ...['bad_verification_code', 'bad_refresh_token'],
    // Slack
    ...['invalid_code', 'code_already_used', 'invalid_refresh_token', 'token_expired', 'token_revoked'],
    'account_inactive',
  ],
  client: [
    ...['invalid_client', 'unauthorized_client'],
    // GitHub
    ...['incorrect_client_credentials', 'application_suspended'],
    // Slack, Salesforce
    ...['invalid_client_id', 'bad_client_secret', 'invalid_client_credentials'],
    // Google
    ...['deleted_client', 'disabled_client'],
  ],
  temporary: [
    ...['temporarily_unavailable', 'server_error', 'slow_down'],
    // Slack
    ...['ratelimited', 'internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'],
    // Salesforce
    'rate_limit_exceeded',
  ],
};

const kinds = new Map<string, TokenErrorKind>(
  Object.entries(codes).flatMap(([kind, names]) => names.map((name) => [name, kind as TokenErrorKind])),
);

/** Null: of none of these kinds. */
export function kindOfTokenError(
  code: string | null,
  own: Readonly<Record<string, TokenErrorKind>>,
): TokenErrorKind | null {
  if (code === null) return null;
  return (Object.hasOwn(own, code) ? own[code] : undefined) ?? kinds.get(code) ?? null;
}
