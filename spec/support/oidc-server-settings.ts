import type { ClientMetadata } from 'oidc-provider';

/** How an authorization server for specs is to be. */
export interface OidcServerSettings {
  /** Default {@link oidcClients}, whose redirect URIs are `redirectUris`. */
  readonly clients?: readonly ClientMetadata[];
  /** Of the default clients. */
  readonly redirectUris?: readonly string[];
  /** Of access tokens, in seconds. Default 3,600. */
  readonly accessTokenSeconds?: number;
  /** Of ID tokens, in seconds. Default 3,600. */
  readonly idTokenSeconds?: number;
}

/** What can be changed while it runs. */
export interface OidcServerBehaviour {
  /** How long a token request waits before anything is done, in milliseconds. */
  readonly delayBeforeMs: number;
  /** How long its answer waits once all is done: a code is used then, a refresh token is rotated. */
  readonly delayAfterMs: number;
  /** Token requests are answered with this status and nothing else; null: they are not. */
  readonly failWith: number | null;
}

/** A token request, as the server saw it; `status` is null while it is under way. */
export interface SeenTokenRequest {
  readonly grantType: string | null;
  readonly clientId: string | null;
  readonly status: number | null;
  /** The `error` of its answer. */
  readonly error: string | null;
}

/** The secret of the default clients that have one: with characters that `client_secret_basic` has to encode. */
export const oidcClientSecret = 'spec secret: 100% + more/less';

/** A client for each way to authenticate, named like it. */
export function oidcClients(redirectUris: readonly string[], publicJwk?: object): ClientMetadata[] {
  const shared = {
    redirect_uris: [...redirectUris],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    response_types: ['code'] as const,
  };
  const methods = ['client_secret_basic', 'client_secret_post', 'none', 'private_key_jwt'] as const;
  return methods.map((method) => ({
    ...shared,
    response_types: ['code'],
    client_id: method,
    token_endpoint_auth_method: method,
    ...(method.startsWith('client_secret') && { client_secret: oidcClientSecret }),
    ...(method === 'private_key_jwt' && publicJwk !== undefined && { jwks: { keys: [publicJwk] } }),
    // Nobody could tell who asks.
    ...(method === 'none' && { grant_types: ['authorization_code', 'refresh_token'] }),
  }));
}
