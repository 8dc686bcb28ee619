import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { importPKCS8, type CryptoKey } from 'jose';
import { IntegrationError } from '../../errors.js';
import type { PlainObject } from '../../types/json.js';

/**
 * A private key as openid-client signs with it; RSA keys by RS256.
 *
 * @throws IntegrationError `OAUTH_CLIENT_INVALID`: without the cause, which may quote the key
 */
export async function importPrivateKey(given: string | PlainObject): Promise<CryptoKey> {
  try {
    const key = keyObject(given);
    return await importPKCS8(key.export({ format: 'pem', type: 'pkcs8' }).toString(), algorithmOf(key));
  } catch {
    throw new IntegrationError(
      'OAUTH_CLIENT_INVALID',
      'The private key of the OAuth client is no PEM or JWK of an RSA, EC or Ed25519 key.',
    );
  }
}

function keyObject(given: string | PlainObject): KeyObject {
  if (typeof given === 'string' && given.includes('-----BEGIN')) return createPrivateKey(given);
  const jwk = (typeof given === 'string' ? JSON.parse(given) : given) as JsonWebKey;
  return createPrivateKey({ key: jwk, format: 'jwk' });
}

const algorithmsOfCurves: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};

function algorithmOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): string {
  if (type === 'ec') return algorithmsOfCurves[details?.namedCurve ?? ''] ?? 'none';
  return type === 'ed25519' ? 'EdDSA' : 'RS256';
}
