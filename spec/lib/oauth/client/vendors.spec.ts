/** The quirks of vendors whose servers cannot be had, by answers as their documentation has them. */
import { describe, expect, it } from 'vitest';
import type { HasOAuth2, OAuth2ClientConfig } from '../../../../lib/index.js';
import { useDatabase } from '../../../support/database.js';
import { redirectUri, transaction, useOAuthClient } from '../../../support/oidc-client-world.js';
import { useTokenEndpoint } from '../../../support/oidc-token-endpoint.js';

const database = useDatabase();
const vendor = useTokenEndpoint();
const world = useOAuthClient(database, () => clientOf({}));

const basic = `Basic ${Buffer.from('id:secret').toString('base64')}`;

function clientOf(config: Partial<OAuth2ClientConfig>): OAuth2ClientConfig {
  return {
    authorizationEndpoint: `${vendor.origin}/authorize`,
    tokenEndpoint: `${vendor.origin}/token`,
    client: () => ({ clientId: 'id', clientSecret: 'secret' }),
    ...config,
  };
}

const exchange = (client: HasOAuth2) =>
  client.exchangeCode(world.integration, 'the-code', redirectUri, { codeVerifier: 'v'.repeat(43), iss: null });

async function authorizationParameters(client: HasOAuth2): Promise<Record<string, string>> {
  const { state, codeChallenge } = transaction();
  const url = await client.authorizationUrl(world.integration, redirectUri, state, { codeChallenge });
  return Object.fromEntries(new URL(url).searchParams);
}

async function refresh(client: HasOAuth2) {
  return client.refreshToken(await world.connect({ refreshToken: 'the-refresh-token' }));
}

describe('the request for tokens', () => {
  it('holds the code, where it was sent, and the proof', async () => {
    vendor.answerWith({ access_token: 'a', token_type: 'bearer' });
    await exchange(world.client);
    expect(vendor.asked[0]).toMatchObject({ method: 'POST', path: '/token', headers: { accept: 'application/json' } });
    expect(vendor.form()).toEqual({
      grant_type: 'authorization_code',
      code: 'the-code',
      redirect_uri: redirectUri,
      code_verifier: 'v'.repeat(43),
    });
  });

  it('never authenticates in two ways', async () => {
    vendor.answerWith({ access_token: 'a' });
    await exchange(world.client);
    await exchange(world.with(clientOf({ clientAuthentication: 'client_secret_post' })));
    expect(vendor.asked[0]!.headers.authorization).toBe(basic);
    expect(vendor.form(0)).not.toHaveProperty('client_secret');
    expect(vendor.asked[1]!.headers.authorization).toBeUndefined();
    expect(vendor.form(1)).toMatchObject({ client_id: 'id', client_secret: 'secret' });
  });

  it.each([
    ['form', 'a%2Bb%3A:50%25+%C3%BC-_.*'],
    ['none', 'a+b::50% ü-_.*'],
  ] as const)('encodes id and secret for Basic in the way %s', async (basicEncoding, expected) => {
    vendor.answerWith({ access_token: 'a' });
    const client = () => ({ clientId: 'a+b:', clientSecret: '50% ü-_.*' });
    await exchange(world.with(clientOf({ client, basicEncoding })));
    const [, credentials = ''] = vendor.asked[0]!.headers.authorization!.split(' ');
    expect(Buffer.from(credentials, 'base64').toString()).toBe(expected);
  });

  it('names the resources that the token is for', async () => {
    vendor.answerWith({ access_token: 'a' });
    await exchange(world.with(clientOf({ resource: ['https://a.example', 'https://b.example'] })));
    const asked = new URLSearchParams(vendor.asked[0]!.body);
    expect(asked.getAll('resource')).toEqual(['https://a.example', 'https://b.example']);
  });

  it('is made once, where nobody knows whether it was answered', async () => {
    vendor.breakOff();
    await expect(exchange(world.client)).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
    expect(vendor.asked).toHaveLength(1);
  });

  it('follows no redirect with the code', async () => {
    vendor.answerWith('', { status: 307, headers: { location: `${vendor.origin}/elsewhere` } });
    await expect(exchange(world.client)).rejects.toMatchObject({ code: 'REDIRECT_REFUSED' });
    expect(vendor.asked).toHaveLength(1);
  });
});

describe('an answer', () => {
  it.each([
    ['a number', 3_600, true],
    ['a numeric text', '3600', true],
    ['nothing', undefined, false],
    ['null', null, false],
    ['zero, for never', 0, false],
    ['what is no number', 'soon', false],
  ])('may give for expires_in: %s', async (_title, expires_in, isKnown) => {
    vendor.answerWith({ access_token: 'a', expires_in });
    const { tokenExpiresAt } = await exchange(world.client);
    expect(tokenExpiresAt !== null).toBe(isKnown);
    if (isKnown) expect(Math.abs(tokenExpiresAt!.getTime() - Date.now() - 3_600_000)).toBeLessThan(20_000);
  });

  it.each(['Bearer', 'BEARER', undefined, null])('may write its token type as %s', async (token_type) => {
    vendor.answerWith({ access_token: 'a', token_type });
    expect(await exchange(world.client)).toMatchObject({ accessToken: 'a' });
  });

  it.each([
    ['a token of a type that nobody here can use', { access_token: 'a', token_type: 'mac' }],
    ['no access token', { token_type: 'bearer' }],
    ['an empty one', { access_token: '' }],
    ['one that is no text', { access_token: 7 }],
    ['a list', []],
    ['a page', '<html>Welcome</html>'],
  ])('is refused if it holds %s', async (_title, body) => {
    vendor.answerWith(body);
    await expect(exchange(world.client)).rejects.toMatchObject({ code: 'OAUTH_TOKEN_INVALID' });
  });

  it('that is refused is not quoted', async () => {
    vendor.answerWith({ access_token: 'very-secret', token_type: 'mac' });
    const error: unknown = await exchange(world.client).catch((thrown: unknown) => thrown);
    expect(JSON.stringify([error, (error as Error).message, (error as Error).cause])).not.toContain('very-secret');
  });

  it('may hold more than anybody knows', async () => {
    vendor.answerWith({ access_token: 'a', refresh_token: '', scope: null, foo: { bar: [1] }, id_token: 'not-ours' });
    expect(await exchange(world.client)).toEqual({
      ...{ accessToken: 'a', refreshToken: null, tokenExpiresAt: null, scopes: null, account: null, additional: {} },
    });
  });

  it('of more than a megabyte is not read', async () => {
    vendor.answerWith({ access_token: 'a'.repeat(1_100_000) });
    await expect(exchange(world.client)).rejects.toMatchObject({ code: 'RESPONSE_TOO_LARGE' });
  });
});

describe('GitHub', () => {
  const github = () =>
    world.with(clientOf({ scopes: ['repo', 'user'], scopeSeparator: ',', clientAuthentication: 'client_secret_post' }));

  it('is asked for JSON, and understood where it sends a form', async () => {
    const form = 'access_token=gho_1&scope=repo%2Cgist&token_type=bearer';
    vendor.answerWith(form, { type: 'application/x-www-form-urlencoded; charset=utf-8' });
    expect(await exchange(github())).toMatchObject({
      accessToken: 'gho_1',
      scopes: ['repo', 'gist'],
      tokenExpiresAt: null,
    });
    expect(vendor.asked[0]!.headers.accept).toBe('application/json');
  });

  it('has scopes with commas', async () => {
    expect(await authorizationParameters(github())).toMatchObject({ scope: 'repo,user' });
  });

  it.each([
    ['bad_verification_code', 'OAUTH_GRANT_INVALID'],
    ['incorrect_client_credentials', 'OAUTH_CLIENT_INVALID'],
    ['redirect_uri_mismatch', 'OAUTH_EXCHANGE_FAILED'],
  ])('refuses at HTTP 200 with %s', async (error, code) => {
    vendor.answerWith({
      error,
      error_description: 'The code passed is incorrect or expired.',
      error_uri: 'https://docs',
    });
    await expect(exchange(github())).rejects.toMatchObject({ code, details: { status: 200, error } });
  });

  it('ends the grant of an app by bad_refresh_token', async () => {
    vendor.answerWith({ error: 'bad_refresh_token' });
    await expect(refresh(github())).rejects.toMatchObject({ code: 'OAUTH_GRANT_INVALID' });
  });
});

describe('Google', () => {
  const google = () =>
    world.with(
      clientOf({
        authorizationParameters: { access_type: 'offline', prompt: 'consent' },
        revocationEndpoint: `${vendor.origin}/revoke`,
      }),
    );

  it('gives refresh tokens where it is asked to', async () => {
    expect(await authorizationParameters(google())).toMatchObject({ access_type: 'offline', prompt: 'consent' });
  });

  it('does not repeat the refresh token when it refreshes', async () => {
    vendor.answerWith({ access_token: 'ya29', expires_in: 3_599, scope: 'a b', token_type: 'Bearer' });
    expect(await refresh(google())).toMatchObject({ refreshToken: null, scopes: ['a', 'b'] });
  });

  it('knows nothing of a token that was revoked before', async () => {
    vendor.answerWith({ error: 'invalid_token', error_description: 'Token expired or revoked' }, { status: 400 });
    const integration = await world.connect({ refreshToken: 'r' });
    await expect(google().revokeToken(integration)).resolves.toBeUndefined();
    expect(vendor.asked.map(({ body }) => Object.fromEntries(new URLSearchParams(body)))).toMatchObject([
      { token: 'r', token_type_hint: 'refresh_token' },
      { token: 'access', token_type_hint: 'access_token' },
    ]);
  });
});

describe('Slack', () => {
  const slack = (more: Partial<OAuth2ClientConfig> = {}) =>
    world.with(
      clientOf({
        scopes: ['chat:write', 'channels:read'],
        scopeSeparator: ',',
        tokenResponse: { account: 'team.id', bearerTypes: ['bot', 'user'], additional: { botUserId: 'bot_user_id' } },
        ...more,
      }),
    );
  const asUser = () =>
    slack({ tokenResponse: { tokensIn: 'authed_user', account: 'authed_user.id', bearerTypes: ['user'] } });
  const answer = {
    ok: true,
    ...{ access_token: 'xoxb-1', token_type: 'bot', scope: 'chat:write,channels:read', bot_user_id: 'U0' },
    team: { name: 'Team', id: 'T1' },
    authed_user: { id: 'U1', scope: 'search:read', access_token: 'xoxp-1', token_type: 'user', expires_in: 43_200 },
  };

  it('gives the token of the bot', async () => {
    vendor.answerWith(answer);
    expect(await exchange(slack())).toEqual({
      ...{ accessToken: 'xoxb-1', refreshToken: null, tokenExpiresAt: null },
      ...{ scopes: ['chat:write', 'channels:read'], account: 'T1', additional: { botUserId: 'U0' } },
    });
  });

  it('gives the token of the user, within', async () => {
    vendor.answerWith(answer);
    expect(await exchange(asUser())).toMatchObject({ accessToken: 'xoxp-1', scopes: ['search:read'], account: 'U1' });
  });

  it('gives refreshed tokens of a user without the wrapping', async () => {
    vendor.answerWith({
      ok: true,
      access_token: 'xoxe.xoxp-2',
      refresh_token: 'xoxe-2',
      token_type: 'user',
      expires_in: 43_200,
    });
    expect(await refresh(asUser())).toMatchObject({ accessToken: 'xoxe.xoxp-2', refreshToken: 'xoxe-2' });
  });

  it.each([
    ['invalid_code', 'OAUTH_GRANT_INVALID'],
    ['invalid_refresh_token', 'OAUTH_GRANT_INVALID'],
    ['token_expired', 'OAUTH_GRANT_INVALID'],
    ['token_revoked', 'OAUTH_GRANT_INVALID'],
    ['bad_client_secret', 'OAUTH_CLIENT_INVALID'],
    ['bad_redirect_uri', 'OAUTH_EXCHANGE_FAILED'],
    ['ratelimited', 'RETRYABLE'],
  ])('refuses at HTTP 200 with ok: false and %s', async (error, code) => {
    vendor.answerWith({ ok: false, error });
    await expect(refresh(slack())).rejects.toMatchObject({ code, details: { status: 200, error } });
  });
});

describe('Notion', () => {
  const notion = () =>
    world.with(
      clientOf({
        authorizationParameters: { owner: 'user' },
        tokenRequestFormat: 'json',
        tokenResponse: { account: 'workspace_id', additional: { botId: 'bot_id' } },
      }),
    );

  it('is asked by JSON, and Basic', async () => {
    vendor.answerWith({ access_token: 'ntn_1', token_type: 'bearer', bot_id: 'b', workspace_id: 'w', owner: {} });
    expect(await exchange(notion())).toMatchObject({ account: 'w', additional: { botId: 'b' } });
    const [{ headers, body }] = vendor.asked as [(typeof vendor.asked)[0]];
    expect(headers).toMatchObject({ authorization: basic, 'content-type': 'application/json' });
    expect(JSON.parse(body)).toEqual({
      grant_type: 'authorization_code',
      code: 'the-code',
      redirect_uri: redirectUri,
      code_verifier: 'v'.repeat(43),
    });
  });

  it('asks whose workspace it is', async () => {
    expect(await authorizationParameters(notion())).toMatchObject({ owner: 'user' });
  });
});

describe('Zoom', () => {
  it('is asked by Basic, and rotates refresh tokens', async () => {
    vendor.answerWith({
      access_token: 'z',
      token_type: 'bearer',
      refresh_token: 'z-next',
      expires_in: 3_599,
      scope: 'user:read',
    });
    expect(await refresh(world.client)).toMatchObject({ refreshToken: 'z-next', scopes: ['user:read'] });
    expect(vendor.asked[0]!.headers.authorization).toBe(basic);
    expect(vendor.form()).toEqual({ grant_type: 'refresh_token', refresh_token: 'the-refresh-token' });
  });

  it('ends the grant by a reason of its own, beside the code', async () => {
    vendor.answerWith({ reason: 'Invalid Token!', error: 'invalid_grant' }, { status: 400 });
    await expect(refresh(world.client)).rejects.toMatchObject({ code: 'OAUTH_GRANT_INVALID' });
  });
});

describe('Salesforce', () => {
  const salesforce = () =>
    world.with(
      clientOf({
        tokenResponse: {
          account: 'id',
          additional: { instanceUrl: { from: 'instance_url', hosts: ['*.my.salesforce.com'] } },
        },
      }),
    );
  const answer = (instance_url: unknown) => ({
    ...{ access_token: '00D!', refresh_token: '5Aep', token_type: 'Bearer', issued_at: '1558553873237' },
    ...{ id: 'https://login.salesforce.com/id/00D/005', signature: 's', instance_url },
  });

  it('says where the API is, and not when the token expires', async () => {
    vendor.answerWith(answer('https://acme.my.salesforce.com'));
    expect(await exchange(salesforce())).toMatchObject({
      account: 'https://login.salesforce.com/id/00D/005',
      additional: { instanceUrl: 'https://acme.my.salesforce.com' },
      tokenExpiresAt: null,
    });
  });

  it.each([
    'https://evil.example',
    'https://evil.example/.my.salesforce.com',
    'https://evil.example#.my.salesforce.com',
    'https://acme.my.salesforce.com@evil.example',
    'https://acme.my.salesforce.com:8443',
    'https://my.salesforce.com.evil.example',
    'https://evilmy.salesforce.com',
    'http://acme.my.salesforce.com',
    'javascript:alert(1)',
    7,
  ])('is not followed to %s: nothing is given', async (url) => {
    vendor.answerWith(answer(url));
    await expect(exchange(salesforce())).rejects.toMatchObject({ code: 'OAUTH_TOKEN_INVALID' });
  });

  it('keeps the old address where a refresh leads elsewhere: the new tokens are not lost', async () => {
    vendor.answerWith(answer('https://evil.example'));
    expect(await refresh(salesforce())).toMatchObject({ accessToken: '00D!', additional: {} });
  });
});

describe('any other vendor', () => {
  it('may have its answers translated, refusals as well', async () => {
    const transform = ({ data = {}, fault }: Record<string, unknown>) =>
      fault === undefined ? (data as Record<string, unknown>) : { error: fault };
    const client = world.with(clientOf({ tokenResponse: { transform }, tokenErrors: { E42: 'grant' } }));
    vendor.answerWith({ data: { access_token: 'a' } });
    expect(await exchange(client)).toMatchObject({ accessToken: 'a' });
    vendor.answerWith({ fault: 'E42' });
    await expect(exchange(client)).rejects.toMatchObject({ code: 'OAUTH_GRANT_INVALID' });
  });

  it('may have parameters of its own in both requests, by integration', async () => {
    vendor.answerWith({ access_token: 'a' });
    const client = world.with(
      clientOf({
        authorizationParameters: ({ name }) => ({ login_hint: name }),
        tokenParameters: { audience: 'https://api.example' },
      }),
    );
    expect(await authorizationParameters(client)).toMatchObject({ login_hint: 'Acme' });
    await exchange(client);
    expect(vendor.form()).toMatchObject({ audience: 'https://api.example' });
  });
});
