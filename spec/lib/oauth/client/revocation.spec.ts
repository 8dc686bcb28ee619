import { describe, expect, it } from 'vitest';
import type { OAuth2ClientConfig } from '../../../../lib/index.js';
import { useDatabase } from '../../../support/database.js';
import { useOAuthClient } from '../../../support/oidc-client-world.js';
import { useTokenEndpoint } from '../../../support/oidc-token-endpoint.js';

const database = useDatabase();
const server = useTokenEndpoint();
const world = useOAuthClient(database, () => config());

function config(more: Partial<OAuth2ClientConfig> = {}): OAuth2ClientConfig {
  return {
    authorizationEndpoint: `${server.origin}/authorize`,
    tokenEndpoint: `${server.origin}/token`,
    revocationEndpoint: `${server.origin}/revoke`,
    client: () => ({ clientId: 'id', clientSecret: 'secret' }),
    ...more,
  };
}

const connected = () => world.connect({ accessToken: 'the-access-token', refreshToken: 'the-refresh-token' });

describe('a revocation', () => {
  it('names the refresh token first, and says what it is', async () => {
    server.answerWith('');
    await world.client.revokeToken(await connected());
    expect(server.asked).toMatchObject([{ method: 'POST', path: '/revoke' }, { path: '/revoke' }]);
    expect([server.form(0), server.form(1)]).toEqual([
      { token: 'the-refresh-token', token_type_hint: 'refresh_token' },
      { token: 'the-access-token', token_type_hint: 'access_token' },
    ]);
  });

  it('authenticates', async () => {
    server.answerWith('');
    await world.client.revokeToken(await connected());
    const basic = `Basic ${Buffer.from('id:secret').toString('base64')}`;
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual([basic, basic]);
  });

  it('asks nobody where there are no tokens', async () => {
    await world.client.revokeToken(world.integration);
    expect(server.asked).toEqual([]);
  });

  it('asks nobody where nobody can be asked', async () => {
    const { revocationEndpoint: _none, ...others } = config();
    await world.with(others).revokeToken(await connected());
    expect(server.asked).toEqual([]);
  });

  it('goes on with the access token where the other cannot be revoked', async () => {
    server.answerWith({ error: 'unsupported_token_type' }, { status: 400 });
    await world.client.revokeToken(await connected());
    expect(server.asked).toHaveLength(2);
  });

  it.each([
    [503, '', 'RETRYABLE'],
    [500, { error: 'invalid_token' }, 'RETRYABLE'],
    [401, { error: 'invalid_client' }, 'OAUTH_CLIENT_INVALID'],
    [404, 'Not found', 'OAUTH_EXCHANGE_FAILED'],
    [200, { ok: false, error: 'not_allowed' }, 'OAUTH_EXCHANGE_FAILED'],
  ])('is none if the answer is %i %j: the tokens may be good', async (status, body, code) => {
    server.answerWith(body, { status });
    await expect(world.client.revokeToken(await connected())).rejects.toMatchObject({ code });
  });

  it('says how long to wait, where the server does', async () => {
    server.answerWith('', { status: 503, headers: { 'retry-after': '7' } });
    await expect(world.client.revokeToken(await connected())).rejects.toMatchObject({ retryAfterSeconds: 7 });
  });
});

describe('a revocation by DELETE', () => {
  const clientOf = () => world.with(config({ revocationMethod: 'delete', clientAuthentication: 'client_secret_post' }));
  const basic = `Basic ${Buffer.from('id:secret').toString('base64')}`;
  const refreshed = { access_token: 'another-token', refresh_token: 'another', token_type: 'bearer' };

  it('names the access token as JSON, by Basic whatever the token endpoint takes', async () => {
    server.answerWith('', { status: 204 });
    await clientOf().revokeToken(await connected());
    expect(server.asked).toMatchObject([
      { method: 'DELETE', path: '/revoke', headers: { authorization: basic, 'content-type': 'application/json' } },
    ]);
    expect(JSON.parse(server.asked[0]!.body)).toEqual({ access_token: 'the-access-token' });
  });

  it('asks for another token, where the server does not know the one that there is', async () => {
    server.answerAt('/revoke', '', { status: 404 });
    server.answerAt('/token', refreshed);
    await expect(clientOf().revokeToken(await connected())).rejects.toMatchObject({ code: 'OAUTH_EXCHANGE_FAILED' });
    expect(server.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'DELETE /revoke',
      'POST /token',
      'DELETE /revoke',
    ]);
    expect(server.form(1)).toMatchObject({ grant_type: 'refresh_token', refresh_token: 'the-refresh-token' });
    expect(JSON.parse(server.asked[2]!.body)).toEqual({ access_token: 'another-token' });
  });

  it('has nothing to end where the grant is over, or the token the only one', async () => {
    server.answerAt('/revoke', '', { status: 422 });
    server.answerAt('/token', { error: 'invalid_grant' }, { status: 400 });
    await clientOf().revokeToken(await connected());
    await clientOf().revokeToken(await world.connect({ accessToken: 'alone', refreshToken: null }));
    expect(server.asked.map(({ path }) => path)).toEqual(['/revoke', '/token', '/revoke']);
  });

  it.each([
    [503, '', 'RETRYABLE'],
    [401, { message: 'Bad credentials' }, 'OAUTH_CLIENT_INVALID'],
    [403, '', 'OAUTH_EXCHANGE_FAILED'],
  ])('is none if the answer is %i %j: the token may be good', async (status, body, code) => {
    server.answerWith(body, { status });
    await expect(clientOf().revokeToken(await connected())).rejects.toMatchObject({ code });
    expect(server.asked).toHaveLength(1);
  });

  it('asks nobody where there are no tokens, or nobody can be asked', async () => {
    await clientOf().revokeToken(world.integration);
    const { revocationEndpoint: _none, ...others } = config({ revocationMethod: 'delete' });
    await world.with(others).revokeToken(await connected());
    expect(server.asked).toEqual([]);
  });
});
