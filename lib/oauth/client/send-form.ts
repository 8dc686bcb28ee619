import { requestLine } from '../../http/request-line.js';
import type { PlainObject } from '../../types/json.js';
import { answerBody } from './answer-body.js';
import type { OAuth2ClientConfig, TokenErrorKind } from './client-config.js';
import { ownHeaders, type FetchRequest } from './guarded-fetch.js';
import type { OAuthHttp, OAuthRequest } from './oauth-http.js';
import type { FailureFacts, JudgedAnswer } from './token-failure.js';

export interface SendFormParts {
  readonly http: OAuthHttp;
  readonly integration: OAuthRequest['integration'];
  readonly config: Pick<OAuth2ClientConfig, 'tokenRequestFormat'>;
  readonly codes: Readonly<Record<string, TokenErrorKind>>;
  readonly clientSecret: string | undefined;
}

export interface SentForm {
  readonly answer: JudgedAnswer;
  readonly facts: FailureFacts;
}

const secretParameters = ['code', 'code_verifier', 'refresh_token', 'client_secret', 'client_assertion', 'token'];

/** Sends what openid-client has made of a request to the token or revocation endpoint, once. */
export async function sendForm(parts: SendFormParts, address: string, request: FetchRequest): Promise<SentForm> {
  const { http, integration, config, codes, clientSecret = '' } = parts;
  const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
  const isJson = config.tokenRequestFormat === 'json';
  const url = new URL(address);
  const headers = ownHeaders(request.headers);
  const sent = {
    integration,
    method: request.method,
    url,
    headers: isJson ? { ...headers, 'content-type': 'application/json' } : headers,
    body: isJson ? JSON.stringify(fieldsOf(form)) : form.toString(),
    signal: request.signal ?? undefined,
  };
  const answer = await http.send(sent);
  const secrets = [clientSecret, ...secretParameters.flatMap((name) => form.getAll(name))];
  return { answer: { ...answer, body: answerBody(answer) }, facts: { request: requestLine(sent), codes, secrets } };
}

/** What occurs more than once, as `resource` may, is a list. */
function fieldsOf(form: URLSearchParams): PlainObject {
  const fields: PlainObject = {};
  for (const name of new Set(form.keys())) {
    const values = form.getAll(name);
    fields[name] = values.length === 1 ? values[0] : values;
  }
  return fields;
}
