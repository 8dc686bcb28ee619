import { describe, expect, it } from 'vitest';
import type { IntegrationDocument, OAuth2ClientConfig } from '../../../../lib/index.js';
import { useDatabase } from '../../../support/database.js';
import { redirectUri, transaction, useOAuthClient } from '../../../support/oidc-client-world.js';

const database = useDatabase();
const world = useOAuthClient(database, () => zendesk);

const subdomain = ({ metadata }: IntegrationDocument) => String(metadata?.subdomain);

const zendesk: OAuth2ClientConfig = {
  authorizationEndpoint: (integration) => `https://${subdomain(integration)}.zendesk.com/oauth/authorizations/new`,
  tokenEndpoint: (integration) => `https://${subdomain(integration)}.zendesk.com/oauth/tokens`,
  endpointHosts: ['*.zendesk.com'],
  client: () => ({ clientId: 'id', clientSecret: 'secret' }),
};

async function authorizationUrl(name: string): Promise<string> {
  const integration = await world.integrations.update(world.integration, { metadata: { subdomain: name } });
  const { state, codeChallenge } = transaction();
  return world.client.authorizationUrl(integration, redirectUri, state, { codeChallenge });
}

describe('an endpoint that depends on the integration', () => {
  it('leads to its tenant', async () => {
    expect(await authorizationUrl('acme')).toContain('https://acme.zendesk.com/oauth/authorizations/new?');
  });

  it.each([
    'evil.example/',
    'evil.example#',
    'evil.example?',
    'evil.example\\',
    'me@evil.example/',
    'evil.example:443/',
    'acme.zendesk.com:8443/',
    '127.0.0.1/',
    '2130706433/',
    '',
    ' ',
  ])('leads nowhere else, as for a tenant %j', async (name) => {
    await expect(authorizationUrl(name)).rejects.toMatchObject({ code: 'METADATA_INVALID' });
  });
});
