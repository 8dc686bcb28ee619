import type { ServerMetadata } from 'openid-client';
import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { OAuth2ClientConfig } from './client-config.js';
import type { Discovery } from './discovery.js';
import { endpointFor } from './endpoints.js';

/** The server that an integration gets its tokens from. */
export interface AuthorizationServer {
  /** `metadata.issuer` is the token endpoint where the issuer is not known. */
  readonly metadata: ServerMetadata;
  /** Null: not known. */
  readonly issuer: string | null;
  /** Whether authorization responses without `iss` are refused. */
  readonly requiresIssuer: boolean;
}

/** What is configured; where the token endpoint is not, also what is discovered. */
export async function authorizationServer<Credentials, Metadata>(
  config: OAuth2ClientConfig<Credentials, Metadata>,
  integration: IntegrationDocument<Credentials, Metadata>,
  discovery: Discovery,
): Promise<AuthorizationServer> {
  const issuer = endpointFor(config, 'issuer', integration);
  const tokenEndpoint = endpointFor(config, 'tokenEndpoint', integration);
  const found =
    issuer === undefined || tokenEndpoint !== undefined
      ? undefined
      : await discovery.find({ issuer, kind: config.discovery ?? 'auto', integration });
  const metadata = {
    ...found,
    issuer: issuer ?? tokenEndpoint ?? '',
    ...present('authorization_endpoint', endpointFor(config, 'authorizationEndpoint', integration)),
    ...present('token_endpoint', tokenEndpoint),
    ...present('revocation_endpoint', endpointFor(config, 'revocationEndpoint', integration)),
    ...present('jwks_uri', endpointFor(config, 'jwksUri', integration)),
  };
  const { requireIssuerParameter = found?.authorization_response_iss_parameter_supported === true } = config;
  return { metadata, issuer: issuer ?? null, requiresIssuer: requireIssuerParameter };
}

function present(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value };
}
