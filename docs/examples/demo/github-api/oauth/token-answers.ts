import { json, type Answer } from '../answer.js';
import type { ApiRequest } from '../api-request.js';
import type { IssuedToken } from './issued-tokens.js';

const eightHours = 28_800;
const sixMonths = 15_897_600;

const descriptions = {
  incorrect_client_credentials: 'The client_id and/or client_secret passed are incorrect.',
  bad_verification_code: 'The code passed is incorrect or expired.',
  bad_refresh_token: 'The refresh token passed is incorrect or expired.',
} as const;

/** The tokens. */
export function tokenAnswer(request: ApiRequest, { accessToken, refreshToken, scopes }: IssuedToken): Answer {
  const expiry =
    refreshToken === null
      ? {}
      : { expires_in: eightHours, refresh_token: refreshToken, refresh_token_expires_in: sixMonths };
  return inFormat(request, { access_token: accessToken, ...expiry, token_type: 'bearer', scope: scopes.join(',') });
}

/** As on GitHub: refused with 200. */
export function tokenRefusal(request: ApiRequest, error: keyof typeof descriptions): Answer {
  const error_uri = 'https://docs.github.com/apps/oauth-apps/maintaining-oauth-apps';
  return inFormat(request, { error, error_description: descriptions[error], error_uri });
}

/** A form, unless JSON was asked for. */
function inFormat({ headers }: ApiRequest, fields: Readonly<Record<string, string | number>>): Answer {
  if (headers.accept?.includes('json') === true) return json(200, fields);
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
  return {
    status: 200,
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: form.toString(),
  };
}
