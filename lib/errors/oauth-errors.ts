import { entry } from './error-entry.js';

/** What can go wrong with OAuth connections. */
export const oauthErrors = {
  OAUTH_STATE_INVALID: entry(
    400,
    'This sign-in is not valid any more',
    'Begin again, in the same browser, and finish within `oauth.stateSeconds`.',
  ),
  OAUTH_ISSUER_MISMATCH: entry(
    400,
    'The answer came from somebody else',
    'Begin again; if it happens again, correct the `issuer` of the provider.',
  ),
  OAUTH_DENIED: entry(403, 'The connection was not allowed', 'Begin again, and agree.'),
  OAUTH_EXCHANGE_FAILED: entry(
    502,
    'The other side did not complete the connection',
    'Begin again; the log says what the token endpoint answered.',
  ),
  OAUTH_RETURN_TO_INVALID: entry(
    400,
    'The return address is not allowed',
    'Use a path of your own, or add the origin to `oauth.returnTo`.',
  ),
  OAUTH_ACCOUNT_CHANGED: entry(
    409,
    'Another account is connected',
    'Sign in with the account that was connected before, or revoke that connection first.',
  ),
  OAUTH_TOKEN_INVALID: entry(
    502,
    'The other side gave no usable token',
    'Correct the token response mapping of the provider, or its configuration at the other side.',
  ),
  OAUTH_GRANT_INVALID: entry(
    401,
    'The grant is not accepted any more',
    'Have the user connect again: the authorization was revoked, has expired, or was used twice.',
  ),
  OAUTH_CLIENT_INVALID: entry(
    500,
    'The OAuth client is not accepted',
    'Correct the client id, its secret or key, or its authentication method.',
  ),
  OAUTH_REFRESH_FAILED: entry(
    503,
    'The access token could not be refreshed',
    'It is tried again by itself; the log says what the token endpoint answered.',
  ),
  REAUTHORIZATION_REQUIRED: entry(
    409,
    'The integration has to be connected again',
    'Have the user connect it again: GET {basePath}/{id}/oauth/authorize.',
  ),
} as const;
