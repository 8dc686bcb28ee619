import type { Answer } from '../answer.js';
import type { ApiRequest } from '../api-request.js';
import { badCredentials, notFound } from '../error-answers.js';
import type { AuthorizationState } from './authorization-state.js';
import { tokenAnswer, tokenRefusal } from './token-answers.js';

/** `POST /login/oauth/access_token`: tokens for a code, or for a refresh token. */
export function answerTokenRequest({ apps, codes, tokens }: AuthorizationState, request: ApiRequest): Answer {
  const form = Object.fromEntries(new URLSearchParams(typeof request.body === 'string' ? request.body : ''));
  const app = apps.get(form.client_id ?? '');
  if (app === undefined || app.clientSecret !== form.client_secret) {
    return tokenRefusal(request, 'incorrect_client_credentials');
  }
  if (form.grant_type === 'refresh_token') {
    const issued = tokens.refresh(app, form.refresh_token ?? '');
    return issued === undefined ? tokenRefusal(request, 'bad_refresh_token') : tokenAnswer(request, issued);
  }
  const authorization = codes.take(app, form);
  if (authorization === undefined) return tokenRefusal(request, 'bad_verification_code');
  return tokenAnswer(request, tokens.issue(authorization));
}

/** `DELETE /applications/{client_id}/token`, or `/grant`: by Basic, with a token that is good. */
export function answerDeletion(
  { apps, tokens }: AuthorizationState,
  { headers, body }: ApiRequest,
  [clientId, what]: readonly [clientId: string, what: string],
): Answer {
  const app = apps.get(clientId);
  const basic = Buffer.from(`${clientId}:${app?.clientSecret ?? ''}`).toString('base64');
  if (app === undefined || headers.authorization !== `Basic ${basic}`) return badCredentials();
  const issued = tokens.find(accessTokenIn(body));
  if (issued?.app !== app) return notFound();
  if (what === 'grant') tokens.deleteGrant(issued);
  else tokens.delete(issued);
  return { status: 204 };
}

function accessTokenIn(body: unknown): string {
  const isThere = typeof body === 'object' && body !== null && 'access_token' in body;
  return isThere ? String(body.access_token) : '';
}
