import { Configuration, customFetch, allowInsecureRequests, type CustomFetch } from 'openid-client';
import type { IntegrationDocument } from '../../../schemas/integration.js';
import { IntegrationError } from '../../errors.js';
import type { AuthorizationServer } from './authorization-server.js';
import type { OAuth2ClientConfig, OAuth2ClientIdentity } from './client-config.js';
import { clientAuthentication } from './client-authentication.js';
import type { KeySets } from './id-token.js';
import type { OAuthHttp } from './oauth-http.js';

/** All that a request for one integration needs. */
export interface OAuthSession<Credentials, Metadata> {
  readonly config: OAuth2ClientConfig<Credentials, Metadata>;
  readonly integration: IntegrationDocument<Credentials, Metadata>;
  readonly http: OAuthHttp;
  readonly keySets: KeySets;
  readonly server: AuthorizationServer;
  readonly client: OAuth2ClientIdentity;
}

/** The session as openid-client has it, its requests sent by `send`. */
export async function libraryConfiguration<Credentials, Metadata>(
  { config, http, server, client }: OAuthSession<Credentials, Metadata>,
  send: CustomFetch,
): Promise<Configuration> {
  const authentication = await clientAuthentication(config, server.metadata, client);
  const configuration = new Configuration(server.metadata, client.clientId, undefined, authentication);
  configuration.timeout = http.timeoutMs / 1_000;
  configuration[customFetch] = send;
  // Refused by OAuthHttp, but for the hosts where it is allowed.
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that it stands out
  allowInsecureRequests(configuration);
  return configuration;
}

/**
 * Who we are, by the configuration, or by the credentials.
 *
 * @throws IntegrationError `OAUTH_CLIENT_INVALID` without a client id
 */
export async function clientIdentity<Credentials, Metadata>(
  config: OAuth2ClientConfig<Credentials, Metadata>,
  integration: IntegrationDocument<Credentials, Metadata>,
): Promise<OAuth2ClientIdentity> {
  // Its members are checked where they are used: they come from whoever entered them.
  const client =
    config.client === undefined
      ? ((await integration.credentialsArray()) as unknown as OAuth2ClientIdentity)
      : await config.client(integration);
  const { clientId } = client as Partial<OAuth2ClientIdentity>;
  if (typeof clientId === 'string' && clientId !== '') return client;
  throw new IntegrationError('OAUTH_CLIENT_INVALID', 'The OAuth client has no client id.');
}
