import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { PlainObject } from '../../types/json.js';
import type { TokenResponseMapping } from './token-response-mapping.js';

/** A value, or what gives it for an integration. */
export type PerIntegration<Value, Credentials = PlainObject, Metadata = PlainObject> =
  Value | ((integration: IntegrationDocument<Credentials, Metadata>) => Value);

/** Who we are to the authorization server. */
export interface OAuth2ClientIdentity {
  readonly clientId: string;
  readonly clientSecret?: string | undefined;
  /** For `private_key_jwt`: PEM (PKCS#8, PKCS#1, SEC 1), or a JWK as an object or as JSON. */
  readonly privateKey?: string | PlainObject | undefined;
  /** Its `kid`, where the server has more than one key of ours. */
  readonly keyId?: string | undefined;
}

/**
 * How the client proves who it is: never by two of these at once.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 https://www.rfc-editor.org/rfc/rfc7523#section-2.2
 */
export type ClientAuthenticationMethod = 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none';

/** What an error code of a token endpoint means, see {@link OAuth2ClientConfig.tokenErrors}. */
export type TokenErrorKind = 'grant' | 'client' | 'temporary';

/** How a provider connects by OAuth 2. */
export interface OAuth2ClientConfig<Credentials = PlainObject, Metadata = PlainObject> {
  /**
   * Who issues the tokens: compared, character by character, with what its metadata says, with `iss` in authorization
   * responses (RFC 9207) and with ID tokens. Without `tokenEndpoint` the endpoints are discovered (RFC 8414, OpenID
   * Connect Discovery).
   */
  readonly issuer?: PerIntegration<string, Credentials, Metadata>;
  /** Where the metadata is: `oidc`, `oauth2` (RFC 8414), or `auto`, which tries both in this order. Default `auto`. */
  readonly discovery?: 'auto' | 'oidc' | 'oauth2';
  /** Takes precedence over what is discovered, as the other endpoints do. */
  readonly authorizationEndpoint?: PerIntegration<string, Credentials, Metadata>;
  readonly tokenEndpoint?: PerIntegration<string, Credentials, Metadata>;
  /** RFC 7009. Absent, and not discovered: tokens are forgotten here, and run out there. */
  readonly revocationEndpoint?: PerIntegration<string, Credentials, Metadata>;
  /**
   * `post`: as RFC 7009 has it. `delete`: a DELETE with the access token as JSON, `{ access_token }`, and the client by
   * Basic, as GitHub has it. Default `post`.
   */
  readonly revocationMethod?: 'post' | 'delete';
  /** The keys that ID tokens are verified with. Absent, and not discovered: ID tokens are ignored. */
  readonly jwksUri?: PerIntegration<string, Credentials, Metadata>;
  /**
   * Hosts that functions among those may lead to: `login.example.com`, `*.example.com`, `host:8443`, or `*` for any.
   * Needed where there are any: the client secret goes there.
   */
  readonly endpointHosts?: readonly string[];
  /** Refuse authorization responses without `iss`. Default: as the discovered metadata says, else false. */
  readonly requireIssuerParameter?: boolean;

  /** Default: `clientId`, `clientSecret`, `privateKey` and `keyId` of the credentials. */
  client?(
    integration: IntegrationDocument<Credentials, Metadata>,
  ): OAuth2ClientIdentity | Promise<OAuth2ClientIdentity>;
  /** Default: what the discovered metadata offers, else `client_secret_basic` where there is a secret. */
  readonly clientAuthentication?: ClientAuthenticationMethod;
  /**
   * Whether `client_secret_basic` form-encodes id and secret, as RFC 6749 has it; `none`: for servers that do not
   * decode them. The same for most characters. Default `form`.
   */
  readonly basicEncoding?: 'form' | 'none';
  /** Whom the assertions of `private_key_jwt` are for. Default `issuer`, where it is known. */
  readonly assertionAudience?: 'issuer' | 'tokenEndpoint';

  /** `client_credentials`: no user has to agree, and the first call gets the first token. Default `authorization_code`. */
  readonly grant?: 'authorization_code' | 'client_credentials';
  readonly scopes?: PerIntegration<readonly string[], Credentials, Metadata>;
  /** Default a space; some expect and give a comma. */
  readonly scopeSeparator?: ' ' | ',';
  /** Further parameters of the authorization URL: `{ access_type: 'offline' }`. */
  readonly authorizationParameters?: PerIntegration<Readonly<Record<string, string>>, Credentials, Metadata>;
  /** Further parameters of every token request. */
  readonly tokenParameters?: PerIntegration<Readonly<Record<string, string>>, Credentials, Metadata>;
  /** What the token is for (RFC 8707). */
  readonly resource?: string | readonly string[];
  /** How the bodies of token and revocation requests are written. Default `form`. */
  readonly tokenRequestFormat?: 'form' | 'json';
  readonly tokenResponse?: TokenResponseMapping;
  /**
   * What further `error` codes of the token endpoint mean: the grant is over, the client is not accepted, or it may
   * work later. Before what is known: those of RFC 6749, GitHub and Slack.
   */
  readonly tokenErrors?: Readonly<Record<string, TokenErrorKind>>;
  /** How long before its expiry a token is refreshed, in seconds. Default 300. */
  readonly refreshThresholdSeconds?: number;
}
