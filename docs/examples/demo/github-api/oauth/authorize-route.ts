import type { Answer } from '../answer.js';
import type { ApiRequest } from '../api-request.js';
import { notFound } from '../error-answers.js';
import type { AuthorizationState } from './authorization-state.js';
import type { RegisteredApp } from './registered-app.js';

/** `GET /login/oauth/authorize`: sends the browser back at once, with what its user decides. */
export function answerAuthorization(state: AuthorizationState, { query }: ApiRequest): Answer {
  const app = state.apps.get(query.client_id ?? '');
  if (app === undefined) return notFound();
  const { redirect_uri: redirectUri = app.callbackUrl, code_challenge: challenge } = query;
  const { login, agrees = true } = state.decision;
  if (redirectUri !== app.callbackUrl) return back(app, query, { error: 'redirect_uri_mismatch' });
  if (!agrees) {
    const error_description = 'The user has denied your application access.';
    return back(app, query, { error: 'access_denied', error_description });
  }
  const user = state.users.find((one) => one.login === login) ?? state.users[0];
  const scopes = grantedScopes(state, app, query.scope);
  return back(app, query, { code: state.codes.issue({ app, user, scopes, redirectUri, challenge }) });
}

function back({ callbackUrl }: RegisteredApp, { state }: ApiRequest['query'], answer: ApiRequest['query']): Answer {
  const location = new URL(callbackUrl);
  const parameters = { ...answer, ...(state !== undefined && { state }) };
  for (const [name, value] of Object.entries(parameters)) location.searchParams.set(name, value);
  return { status: 302, headers: { location: location.href } };
}

/** The permissions of a GitHub App are in its settings. */
function grantedScopes({ decision }: AuthorizationState, { kind }: RegisteredApp, asked = ''): readonly string[] {
  if (kind === 'github-app') return [];
  return decision.scopes ?? asked.split(/[\s,]+/).filter((scope) => scope !== '');
}
