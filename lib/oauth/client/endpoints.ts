import type { IntegrationDocument } from '../../../schemas/integration.js';
import { IntegrationError } from '../../errors.js';
import type { OAuth2ClientConfig } from './client-config.js';
import { leadsTo, plainUrl } from './host-patterns.js';

type EndpointName = 'issuer' | 'authorizationEndpoint' | 'tokenEndpoint' | 'revocationEndpoint' | 'jwksUri';

/**
 * An endpoint as it is configured; undefined: it is not.
 *
 * @throws IntegrationError `METADATA_INVALID` where a function leads elsewhere than to `endpointHosts`: what it is made
 *   of belongs to the integration
 */
export function endpointFor<Credentials, Metadata>(
  config: OAuth2ClientConfig<Credentials, Metadata>,
  name: EndpointName,
  integration: IntegrationDocument<Credentials, Metadata>,
): string | undefined {
  const given = config[name];
  if (typeof given !== 'function') return given;
  const text: unknown = given(integration);
  const url = typeof text === 'string' ? plainUrl(text) : null;
  if (typeof text === 'string' && url !== null && leadsTo(url, config.endpointHosts ?? [])) return text;
  const integrationId = integration._id.toHexString();
  throw new IntegrationError(
    'METADATA_INVALID',
    `The ${name} of integration ${integrationId} is no URL of a host in endpointHosts.`,
    { details: { integrationId, path: name } },
  );
}
