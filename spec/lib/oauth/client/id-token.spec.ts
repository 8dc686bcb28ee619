import { createHash } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey, type JWTPayload } from 'jose';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OAuth2ClientConfig } from '../../../../lib/index.js';
import { useDatabase } from '../../../support/database.js';
import { redirectUri, useOAuthClient } from '../../../support/oidc-client-world.js';
import { useTokenEndpoint } from '../../../support/oidc-token-endpoint.js';

const database = useDatabase();
const vendor = useTokenEndpoint();
const world = useOAuthClient(database, config);

const codeVerifier = 'v'.repeat(43);
const s256 = (text: string) => createHash('sha256').update(text).digest('base64url');
/** As the authorization request had it. */
const nonce = s256(s256(codeVerifier));

let signingKey: CryptoKey;
let otherKey: CryptoKey;
let publicJwk: object;

beforeAll(async () => {
  const [own, other] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
  [signingKey, otherKey] = [own.privateKey, other.privateKey];
  publicJwk = { ...(await exportJWK(own.publicKey)), kid: 'k', alg: 'ES256', use: 'sig' };
});
beforeEach(() => vendor.answerAt('/jwks', { keys: [publicJwk] }));

function config(more: Partial<OAuth2ClientConfig> = {}): OAuth2ClientConfig {
  return {
    issuer: vendor.origin,
    authorizationEndpoint: `${vendor.origin}/authorize`,
    tokenEndpoint: `${vendor.origin}/token`,
    jwksUri: `${vendor.origin}/jwks`,
    scopes: ['openid'],
    client: () => ({ clientId: 'id', clientSecret: 'secret' }),
    ...more,
  };
}

function claims(more: JWTPayload = {}): JWTPayload {
  const now = Math.floor(Date.now() / 1_000);
  return { iss: vendor.origin, aud: 'id', sub: 'bob', iat: now, exp: now + 60, nonce, ...more };
}

const signed = (payload: JWTPayload, key = signingKey) =>
  new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'k' }).sign(key);

async function accountBy(idToken: string, client = world.client): Promise<unknown> {
  vendor.answerAt('/token', { access_token: 'a', id_token: idToken });
  const proof = { codeVerifier, iss: null };
  return (await client.exchangeCode(world.integration, 'code', redirectUri, proof)).account;
}

describe('an ID token', () => {
  it('says who has signed in', async () => {
    expect(await accountBy(await signed(claims()))).toBe('bob');
  });

  it.each<[string, JWTPayload]>([
    ['of another issuer', { iss: 'https://evil.example' }],
    ['of an issuer that only means the same', { iss: 'slash' }],
    ['for another client', { aud: 'other' }],
    ['for others too, and not by us', { aud: ['id', 'other'], azp: 'other' }],
    ['that has expired', { exp: Math.floor(Date.now() / 1_000) - 60 }],
    ['of another transaction', { nonce: s256('other') }],
  ])('is refused if it is one %s', async (_title, wrong) => {
    const more = wrong.iss === 'slash' ? { iss: `${vendor.origin}/` } : wrong;
    await expect(accountBy(await signed(claims(more)))).rejects.toMatchObject({ code: 'OAUTH_TOKEN_INVALID' });
  });

  it.each(['iss', 'aud', 'sub', 'exp', 'iat', 'nonce'])('is refused without %s', async (name) => {
    const { [name]: _left, ...others } = claims();
    await expect(accountBy(await signed(others))).rejects.toMatchObject({ code: 'OAUTH_TOKEN_INVALID' });
  });

  it('is refused where another key has signed it', async () => {
    const idToken = await signed(claims(), otherKey);
    await expect(accountBy(idToken)).rejects.toMatchObject({ code: 'OAUTH_TOKEN_INVALID' });
  });

  it('is refused where nobody has signed it', async () => {
    const idToken = new UnsecuredJWT(claims()).encode();
    await expect(accountBy(idToken)).rejects.toMatchObject({ code: 'OAUTH_TOKEN_INVALID' });
  });

  it('is refused where the client secret has signed it: everybody with the secret could', async () => {
    const secret = Buffer.from('secret'.repeat(8));
    const idToken = await new SignJWT(claims()).setProtectedHeader({ alg: 'HS256' }).sign(secret);
    await expect(accountBy(idToken)).rejects.toMatchObject({ code: 'OAUTH_TOKEN_INVALID' });
  });

  it('needs no nonce where none was asked for', async () => {
    const client = world.with(config({ scopes: ['contacts'] }));
    const { nonce: _none, ...others } = claims();
    expect(await accountBy(await signed(others), client)).toBe('bob');
  });

  it('says nothing where the keys of the issuer are not known', async () => {
    const { jwksUri: _none, ...others } = config();
    expect(await accountBy(await signed(claims()), world.with(others))).toBeNull();
  });

  it('gives way to what the answer itself says, where that is asked for', async () => {
    const client = world.with(config({ tokenResponse: { account: 'access_token' } }));
    expect(await accountBy(await signed(claims()), client)).toBe('a');
  });

  it('is not judged while the keys cannot be had', async () => {
    const client = world.with(config());
    vendor.answerAt('/jwks', {}, { status: 500 });
    await expect(accountBy(await signed(claims()), client)).rejects.toMatchObject({ code: 'OAUTH_TOKEN_INVALID' });
    vendor.answerAt('/jwks', { keys: [publicJwk] });
    expect(await accountBy(await signed(claims()), client)).toBe('bob');
  });

  it('is not looked at when tokens are refreshed: they would be lost', async () => {
    vendor.answerAt('/token', { access_token: 'next', id_token: 'nonsense' });
    const integration = await world.connect({ refreshToken: 'r' });
    expect(await world.client.refreshToken(integration)).toMatchObject({ accessToken: 'next', account: null });
  });
});

describe('the keys of an issuer', () => {
  it('are fetched once', async () => {
    const client = world.with(config());
    await accountBy(await signed(claims()), client);
    await accountBy(await signed(claims()), client);
    expect(vendor.asked.filter(({ path }) => path === '/jwks')).toHaveLength(1);
  });
});
