import { genericGrantRequest } from 'openid-client';
import { IntegrationError } from '../../errors.js';
import type { PlainObject } from '../../types/json.js';
import type { TokenErrorKind } from './client-config.js';
import { libraryFailure } from './library-failure.js';
import { libraryConfiguration, type OAuthSession } from './oauth-session.js';
import { parametersFor } from './parameters.js';
import { sendForm } from './send-form.js';
import { standardAnswer, tokensIn } from './standard-answer.js';
import { isFailure, tokenFailure } from './token-failure.js';

export type GrantType = 'authorization_code' | 'refresh_token' | 'client_credentials';

/** What a token endpoint answered, checked. */
export interface TokenAnswer {
  /** The whole answer. */
  readonly body: PlainObject;
  /** The part of it that the tokens are in. */
  readonly part: PlainObject;
  readonly accessToken: string;
  readonly refreshToken: string | null;
  /** When it was asked for: its life cannot have begun before. */
  readonly askedAt: Date;
}

/**
 * Asks for tokens, once: after a failure that leaves open whether the server has answered, a code may be used up.
 *
 * @throws IntegrationError `OAUTH_GRANT_INVALID`, `OAUTH_CLIENT_INVALID`, `OAUTH_EXCHANGE_FAILED`,
 *   `OAUTH_TOKEN_INVALID`, `RETRYABLE`, and what sending raises
 */
export async function requestTokens<Credentials, Metadata>(
  session: OAuthSession<Credentials, Metadata>,
  grant: GrantType,
  own: Readonly<Record<string, string>>,
): Promise<TokenAnswer> {
  const { config, http, client, integration } = session;
  const { tokenResponse: mapping = {}, resource = [] } = config;
  const codes = codesFor(grant, config.tokenErrors ?? {});
  const parts = { http, integration, config, codes, clientSecret: client.clientSecret };
  let read: Pick<TokenAnswer, 'body' | 'part'> | undefined;
  const configuration = await libraryConfiguration(session, async (url, request) => {
    const { answer, facts } = await sendForm(parts, url, request);
    const body = answer.body === null ? null : (mapping.transform?.(answer.body) ?? answer.body);
    const judged = { ...answer, body };
    if (isFailure(judged)) throw tokenFailure(judged, facts);
    if (body === null) throw notReadable(facts.request);
    read = { body, part: tokensIn(body, mapping) };
    return Response.json(standardAnswer(read.part, mapping));
  });
  const parameters = new URLSearchParams({ ...parametersFor(config, 'tokenParameters', integration), ...own });
  for (const value of [resource].flat()) parameters.append('resource', value);
  const askedAt = new Date();
  const tokens = await genericGrantRequest(configuration, grant, parameters).catch((error: unknown) => {
    throw libraryFailure(error, 'OAUTH_TOKEN_INVALID', 'The answer of the token endpoint is of no use');
  });
  const { body = {}, part = {} } = read ?? {};
  return { body, part, accessToken: tokens.access_token, refreshToken: tokens.refresh_token ?? null, askedAt };
}

/** Without a grant of a user's that could be over, what refuses it is about the client. */
function codesFor(grant: GrantType, own: Readonly<Record<string, TokenErrorKind>>) {
  return grant === 'client_credentials' ? { invalid_grant: 'client' as const, ...own } : own;
}

function notReadable(request: string): IntegrationError {
  return new IntegrationError('OAUTH_TOKEN_INVALID', `${request} answered with neither JSON nor a form.`);
}
