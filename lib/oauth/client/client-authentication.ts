import {
  ClientSecretPost,
  modifyAssertion,
  None,
  PrivateKeyJwt,
  type ClientAuth,
  type ServerMetadata,
} from 'openid-client';
import { IntegrationError } from '../../errors.js';
import type { ClientAuthenticationMethod, OAuth2ClientConfig, OAuth2ClientIdentity } from './client-config.js';
import { importPrivateKey } from './private-key.js';

export type AuthenticationConfig = Pick<
  OAuth2ClientConfig,
  'clientAuthentication' | 'basicEncoding' | 'assertionAudience'
>;

/**
 * How the client authenticates at the token and revocation endpoints.
 *
 * @throws IntegrationError `OAUTH_CLIENT_INVALID` where what the method needs is not there
 */
export async function clientAuthentication(
  config: AuthenticationConfig,
  server: ServerMetadata,
  client: OAuth2ClientIdentity,
): Promise<ClientAuth> {
  const method = config.clientAuthentication ?? offeredMethod(server, client);
  switch (method) {
    case 'client_secret_basic':
      return basicAuthentication(client.clientId, secretOf(client, method), config.basicEncoding ?? 'form');
    case 'client_secret_post':
      return ClientSecretPost(secretOf(client, method));
    case 'private_key_jwt':
      return assertion(config, server, client);
    case 'none':
      return None();
  }
}

/** The first that the server offers of those that we can; what it does not say means Basic (RFC 8414, section 2). */
function offeredMethod(server: ServerMetadata, client: OAuth2ClientIdentity): ClientAuthenticationMethod {
  const possible: ClientAuthenticationMethod[] = [
    ...(isGiven(client.privateKey) ? (['private_key_jwt'] as const) : []),
    ...(isGiven(client.clientSecret) ? (['client_secret_basic', 'client_secret_post'] as const) : []),
  ];
  const [first] = possible;
  // A public client has no choice.
  if (first === undefined) return 'none';
  const offered = server.token_endpoint_auth_methods_supported;
  const method = offered === undefined ? first : possible.find((name) => offered.includes(name));
  if (method !== undefined) return method;
  throw clientInvalid(`The authorization server offers none of ${possible.join(', ')}.`);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/**
 * Of our own, because openid-client also escapes characters that need not be: servers that decode nothing, of which
 * there are many, would not know a secret with a hyphen.
 */
function basicAuthentication(id: string, secret: string, encoding: 'form' | 'none'): ClientAuth {
  const encoded = encoding === 'form' ? formEncoded : (text: string) => text;
  const credentials = Buffer.from(`${encoded(id)}:${encoded(secret)}`).toString('base64');
  return (_server, _client, _body, headers) => {
    headers.set('authorization', `Basic ${credentials}`);
  };
}

/** `application/x-www-form-urlencoded`. */
function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

async function assertion(
  config: AuthenticationConfig,
  server: ServerMetadata,
  client: OAuth2ClientIdentity,
): Promise<ClientAuth> {
  const { privateKey, keyId } = client;
  if (privateKey === undefined) throw clientInvalid('private_key_jwt needs a private key.');
  const key = { key: await importPrivateKey(privateKey), ...(keyId !== undefined && { kid: keyId }) };
  if (config.assertionAudience !== 'tokenEndpoint') return PrivateKeyJwt(key);
  const { token_endpoint: aud } = server;
  return PrivateKeyJwt(key, { [modifyAssertion]: (_header, claims) => void Object.assign(claims, { aud }) });
}

function secretOf({ clientSecret }: OAuth2ClientIdentity, method: string): string {
  if (typeof clientSecret === 'string' && clientSecret !== '') return clientSecret;
  throw clientInvalid(`${method} needs a client secret.`);
}

function clientInvalid(message: string): IntegrationError {
  return new IntegrationError('OAUTH_CLIENT_INVALID', message);
}
