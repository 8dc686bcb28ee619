import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifySignature, type SignatureScheme, type VerifySignatureInput } from '../../../../lib/index.js';
import { BODY, secretFor, signed, standardHeaders, v1a } from './signers.js';

const secret = secretFor('standard-webhooks');
const input = signed('standard-webhooks');
const v1 = input.headers['webhook-signature'] as string;

function codeOf(changes: Partial<VerifySignatureInput>, scheme: SignatureScheme = 'standard-webhooks'): string | null {
  const verdict = verifySignature(scheme, { ...input, ...changes });
  return verdict.valid ? null : verdict.code;
}

function codeWith(signature: string, changes: Partial<VerifySignatureInput> = {}): string | null {
  return codeOf({ ...changes, headers: { ...input.headers, 'webhook-signature': signature } });
}

function keyPair() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  return { privateKey, whpk: `whpk_${Buffer.from(x, 'base64url').toString('base64')}` };
}

describe('the list of signatures', () => {
  const wrong = 'v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';

  it('has one valid signature in any place', () => {
    expect(codeWith(`${wrong} ${v1}`)).toBeNull();
    expect(codeWith(`${v1} ${wrong}`)).toBeNull();
    expect(codeWith(`v1,tooShort ${v1}`)).toBeNull();
    expect(codeWith(wrong)).toBe('SIGNATURE_MISMATCH');
  });

  it('may have versions that nobody knows yet, which count for nothing', () => {
    expect(codeWith(`v2,whatever_that-is ${v1} v3,x`)).toBeNull();
    expect(codeWith(v1.replace('v1,', 'v2,'))).toBe('SIGNATURE_MISSING');
  });

  it.each([
    ['joined from two headers', `${v1}, ${v1}`],
    ['with two spaces', `${wrong}  ${v1}`],
    ['that ends with a space', `${v1} `],
    ['with an entry without a version', `${v1} Ceo5qEr07ixe2NLpvHk3FH9bwy`],
    ['without a signature', 'v1,'],
    ['with tabs', `${wrong}\t${v1}`],
  ])('is refused as a whole %s', (_, list) => expect(codeWith(list)).toBe('SIGNATURE_MALFORMED'));

  it('has a limited length', () => {
    expect(codeWith(`${`${wrong} `.repeat(9)}${v1}`)).toBeNull();
    expect(codeWith(`${`${wrong} `.repeat(10)}${v1}`)).toBe('SIGNATURE_MALFORMED');
  });
});

describe('the delivery id', () => {
  const withId = (id: string | string[] | undefined) => codeOf({ headers: { ...input.headers, 'webhook-id': id } });

  it('is signed, and has to be there once', () => {
    expect(withId('msg_2')).toBe('SIGNATURE_MISMATCH');
    expect(withId(undefined)).toBe('ID_MISSING');
    expect(withId(['msg_1', 'msg_1'])).toBe('ID_MALFORMED');
    expect(withId('msg_1, msg_1')).toBe('ID_MALFORMED');
  });

  it('has no dot: it could take in what is signed behind it', () => {
    const headers = standardHeaders('webhook', { secret, body: BODY, id: 'msg.1' });
    expect(codeOf({ headers })).toBe('ID_MALFORMED');
  });
});

describe('secrets', () => {
  it('are base64 with or without whsec_', () => {
    expect(codeOf({ secrets: [secret.slice('whsec_'.length)] })).toBeNull();
  });

  it.each(['whsec_', 'whsec_not base64', `${secret}\n`, ` ${secret}`, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS='])(
    'that are no base64, or empty, are no keys: %j',
    (malformed) => {
      expect(codeOf({ secrets: [malformed] })).toBe('SECRET_MALFORMED');
      expect(codeOf({ secrets: [malformed, secret] })).toBeNull();
    },
  );
});

describe('v1a', () => {
  const { privateKey, whpk } = keyPair();
  const signature = v1a(privateKey, BODY);

  it.each(['standard-webhooks', 'svix'] as const)('is verified with any of the public keys: %s', (scheme) => {
    const keys = [keyPair().whpk, whpk, keyPair().whpk];
    const headers = { ...input.headers, 'webhook-signature': `v1,bm8= ${signature}` };
    expect(codeOf({ headers, secrets: [], publicKeys: keys }, scheme)).toBeNull();
    expect(codeOf({ headers, secrets: [], publicKeys: keys.toSpliced(1, 1) }, scheme)).toBe('SIGNATURE_MISMATCH');
  });

  it('stands beside v1: who has only the secret, or only the key, verifies its own', () => {
    const both = `${v1} ${signature}`;
    expect(codeWith(both)).toBeNull();
    expect(codeWith(both, { secrets: [], publicKeys: [whpk] })).toBeNull();
    expect(codeWith(signature)).toBe('SIGNATURE_MISMATCH');
    expect(codeWith(v1, { secrets: [], publicKeys: [whpk] })).toBe('SIGNATURE_MISMATCH');
  });

  it('is not made with the public key for a secret', () => {
    const { headers } = signed('standard-webhooks', { secret: whpk.slice('whpk_'.length) });
    expect(codeOf({ headers, secrets: [], publicKeys: [whpk] })).toBe('SIGNATURE_MISMATCH');
  });

  it.each(['whpk_', 'whpk_c2hvcnQ=', 'not a key', secret])('needs a public key of 32 bytes, and not %s', (key) => {
    expect(codeWith(signature, { secrets: [], publicKeys: [key] })).toBe('SECRET_MALFORMED');
  });

  it('is refused whatever single byte of body or signature is changed', () => {
    const bytes = Buffer.from(signature.slice('v1a,'.length), 'base64');
    const verdict = (rawBody: Buffer, mac: Buffer) =>
      codeWith(`v1a,${mac.toString('base64')}`, { rawBody, secrets: [], publicKeys: [whpk] });
    expect(verdict(BODY, bytes)).toBeNull();
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (at, by) => {
        expect(verdict(changed(BODY, at, by), bytes)).toBe('SIGNATURE_MISMATCH');
        expect(verdict(BODY, changed(bytes, at, by))).toBe('SIGNATURE_MISMATCH');
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});

describe('Svix', () => {
  const svix = signed('svix');

  it('has headers of its own, or those of the standard', () => {
    expect(codeOf({ headers: svix.headers }, 'svix')).toBeNull();
    expect(codeOf({ headers: input.headers }, 'svix')).toBeNull();
    expect(codeOf({ headers: svix.headers })).toBe('SIGNATURE_MISSING');
  });

  it('does not mix them', () => {
    const { 'svix-id': _id, ...withoutId } = svix.headers;
    expect(codeOf({ headers: { ...input.headers, ...withoutId } }, 'svix')).toBe('ID_MISSING');
    expect(codeOf({ headers: { ...input.headers, 'svix-signature': 'v1,bm8=' } }, 'svix')).toBe('ID_MISSING');
  });
});

function changed(bytes: Buffer, at: number, by: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at % copy.length]! += by;
  return copy;
}
