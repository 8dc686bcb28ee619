import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { importPrivateKey } from '../../../../lib/oauth/client/private-key.js';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const ed25519 = generateKeyPairSync('ed25519').privateKey;
const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1') => key.export({ format: 'pem', type }).toString();

describe('a private key', () => {
  it.each([
    ['an RSA key in PKCS#8', pem(rsa, 'pkcs8'), 'RSASSA-PKCS1-v1_5'],
    ['an RSA key in PKCS#1', pem(rsa, 'pkcs1'), 'RSASSA-PKCS1-v1_5'],
    ['an EC key in SEC 1', pem(ec, 'sec1'), 'ECDSA'],
    ['an EC key as JWK', ec.export({ format: 'jwk' }), 'ECDSA'],
    ['an Ed25519 key as JSON of a JWK', JSON.stringify(ed25519.export({ format: 'jwk' })), 'Ed25519'],
  ])('may be %s', async (_title, given, name) => {
    const key = await importPrivateKey(given);
    expect(key).toMatchObject({ type: 'private', extractable: false, algorithm: { name } });
  });

  it.each(['', 'no key', '-----BEGIN PRIVATE KEY-----\nMII', '{"kty":"oct","k":"c2VjcmV0"}'])(
    'is refused as %j, without being quoted',
    async (given) => {
      const error: unknown = await importPrivateKey(given).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'OAUTH_CLIENT_INVALID' });
      expect(error).not.toHaveProperty('cause');
    },
  );
});
