import { describe, expect, it } from 'vitest';
import { useDatabase } from '../../../support/database.js';
import { redirectUri, transaction, useOAuthClient } from '../../../support/oidc-client-world.js';
import { useTokenEndpoint } from '../../../support/oidc-token-endpoint.js';
import type { HasOAuth2, OAuth2ClientConfig } from '../../../../lib/index.js';

const database = useDatabase();
const server = useTokenEndpoint();
const world = useOAuthClient(database, () => config());

const oidc = '/.well-known/openid-configuration';
const oauth2 = '/.well-known/oauth-authorization-server';

function config(more: Partial<OAuth2ClientConfig> = {}): OAuth2ClientConfig {
  return { issuer: server.origin, client: () => ({ clientId: 'id', clientSecret: 'secret' }), ...more };
}

const metadata = (more: object = {}) => ({
  issuer: server.origin,
  authorization_endpoint: `${server.origin}/authorize`,
  token_endpoint: `${server.origin}/token`,
  ...more,
});

async function authorizationUrl(client: HasOAuth2): Promise<string> {
  const { state, codeChallenge } = transaction();
  return client.authorizationUrl(world.integration, redirectUri, state, { codeChallenge });
}

async function authentication(client: HasOAuth2) {
  server.answerAt('/token', { access_token: 'a' });
  const asked = server.asked.length;
  const proof = { codeVerifier: 'v'.repeat(43), iss: null };
  await client.exchangeCode(world.integration, 'code', redirectUri, proof);
  return server.asked.slice(asked).find(({ path }) => path === '/token');
}

const paths = () => server.asked.map(({ path }) => path);

describe('the metadata of an issuer', () => {
  it('is asked for once, by all who need it at the same time as well', async () => {
    server.answerAt(oidc, metadata());
    const client = world.with(config());
    await Promise.all([authorizationUrl(client), authorizationUrl(client)]);
    await authorizationUrl(client);
    expect(paths()).toEqual([oidc]);
  });

  it('may be where RFC 8414 has it', async () => {
    server.answerAt(oidc, 'Not found', { status: 404, type: 'text/plain' });
    server.answerAt(oauth2, metadata());
    expect(await authorizationUrl(world.with(config()))).toContain(`${server.origin}/authorize?`);
  });

  it('is only there, where that is said', async () => {
    server.answerAt(oauth2, metadata());
    await authorizationUrl(world.with(config({ discovery: 'oauth2' })));
    expect(paths()).toEqual([oauth2]);
  });

  it('is found between host and path of an issuer', async () => {
    const issuer = `${server.origin}/tenant`;
    server.answerAt(`${oauth2}/tenant`, metadata({ issuer }));
    await authorizationUrl(world.with(config({ issuer, discovery: 'oauth2' })));
    expect(paths()).toEqual([`${oauth2}/tenant`]);
  });

  it.each(['https://evil.example', 'slash', undefined])('is refused where it is of %s', async (issuer) => {
    server.answerAt(oidc, metadata({ issuer: issuer === 'slash' ? `${server.origin}/` : issuer }));
    server.answerAt(oauth2, {}, { status: 404 });
    const code = issuer === undefined ? 'OAUTH_EXCHANGE_FAILED' : 'OAUTH_ISSUER_MISMATCH';
    await expect(authorizationUrl(world.with(config()))).rejects.toMatchObject({ code });
  });

  it('is asked for again after a failure', async () => {
    const client = world.with(config());
    server.answerAt(oidc, 'Sorry', { status: 503 });
    await expect(authorizationUrl(client)).rejects.toMatchObject({ code: 'RETRYABLE' });
    server.answerAt(oidc, metadata());
    expect(await authorizationUrl(client)).toContain(`${server.origin}/authorize?`);
  });

  it('is not asked for where all is configured', async () => {
    const { authorization_endpoint, token_endpoint } = metadata();
    const explicit = { authorizationEndpoint: authorization_endpoint, tokenEndpoint: token_endpoint };
    await authorizationUrl(world.with(config(explicit)));
    expect(paths()).toEqual([]);
  });

  it('is second to what is configured', async () => {
    server.answerAt(oidc, metadata());
    const client = world.with(config({ authorizationEndpoint: `${server.origin}/other` }));
    expect(await authorizationUrl(client)).toContain(`${server.origin}/other?`);
  });

  it('cannot lead the user to where nothing is encrypted', async () => {
    server.answerAt(oidc, metadata({ authorization_endpoint: 'http://login.example/authorize' }));
    await expect(authorizationUrl(world.with(config()))).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });

  it.each([
    ['http://login.example/token', 'REQUEST_INVALID'],
    ['https://169.254.169.254/token', 'PRIVATE_HOST_REFUSED'],
    ['https://[::1]/token', 'PRIVATE_HOST_REFUSED'],
  ])('cannot lead the secret to %s', async (token_endpoint, code) => {
    server.answerAt(oidc, metadata({ token_endpoint }));
    await expect(authentication(world.with(config()))).rejects.toMatchObject({ code });
  });
});

describe('the authentication of the client', () => {
  const methods = (token_endpoint_auth_methods_supported?: string[]) =>
    server.answerAt(oidc, metadata({ token_endpoint_auth_methods_supported }));

  it.each([undefined, ['client_secret_post', 'client_secret_basic']])(
    'is Basic where the server offers %s',
    async (offered) => {
      methods(offered);
      const request = await authentication(world.with(config()));
      expect(request!.headers.authorization).toMatch(/^Basic /);
    },
  );

  it('is within the body where the server offers nothing else', async () => {
    methods(['client_secret_post', 'tls_client_auth']);
    const request = await authentication(world.with(config()));
    expect(request!.headers.authorization).toBeUndefined();
    expect(request!.body).toContain('client_secret=secret');
  });

  it('fails where the server offers nothing that we can', async () => {
    methods(['tls_client_auth']);
    await expect(authentication(world.with(config()))).rejects.toMatchObject({ code: 'OAUTH_CLIENT_INVALID' });
  });

  it.each<[string, OAuth2ClientConfig['clientAuthentication'], Record<string, unknown>]>([
    ['no client id', undefined, { clientSecret: 'secret' }],
    ['no secret for Basic', 'client_secret_basic', { clientId: 'id' }],
    ['no key for assertions', 'private_key_jwt', { clientId: 'id' }],
    ['a key that is none', 'private_key_jwt', { clientId: 'id', privateKey: '-----BEGIN nothing' }],
  ])('fails with %s', async (_title, clientAuthentication, client) => {
    methods();
    const identity = () => client as { clientId: string };
    const given = clientAuthentication === undefined ? {} : { clientAuthentication };
    const failing = authentication(world.with(config({ client: identity, ...given })));
    await expect(failing).rejects.toMatchObject({ code: 'OAUTH_CLIENT_INVALID' });
    expect(paths()).not.toContain('/token');
  });
});
