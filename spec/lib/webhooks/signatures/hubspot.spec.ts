import { describe, expect, it } from 'vitest';
import { verifySignature, type SignatureScheme } from '../../../../lib/index.js';
import { BODY, hmac, NOW, secretFor, sha256, signed, URL_OF_HOOK } from './signers.js';

const secret = secretFor('hubspot-v3');

/** Version 3 signs one spelling of the URL; another one arrives. */
function codeOf(url: string, signedUrl: string): string | null {
  const verdict = verifySignature('hubspot-v3', {
    ...signed('hubspot-v3'),
    url,
    headers: {
      'x-hubspot-signature-v3': hmac('sha256', 'base64', secret, `POST${signedUrl}`, BODY, `${NOW}000`),
      'x-hubspot-request-timestamp': `${NOW}000`,
    },
  });
  return verdict.valid ? null : verdict.code;
}

describe('the URL of version 3', () => {
  it('has these escapes decoded before it is signed, in either case', () => {
    const escapes = '%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B';
    const signedUrl = "https://example.com/hook?a=:/?@!$'()*,;";
    expect(codeOf(`https://example.com/hook?a=${escapes}`, signedUrl)).toBeNull();
    expect(codeOf(`https://example.com/hook?a=${escapes.toLowerCase()}`, signedUrl)).toBeNull();
  });

  it('has no others decoded', () => {
    expect(codeOf('https://example.com/hook?a=%20%26%25', 'https://example.com/hook?a= &%')).toBe('SIGNATURE_MISMATCH');
    expect(codeOf('https://example.com/hook?a=%20%26%25', 'https://example.com/hook?a=%20%26%25')).toBeNull();
    expect(codeOf('https://example.com/hook?a=%253A', 'https://example.com/hook?a=:')).toBe('SIGNATURE_MISMATCH');
  });

  it('may be signed as it is, as their own library has it', () => {
    expect(codeOf('https://example.com/hook?a=%3A', 'https://example.com/hook?a=%3A')).toBeNull();
  });

  it('is one of many', () => {
    expect(codeOf('https://example.com/hook', 'https://example.com/other')).toBe('SIGNATURE_MISMATCH');
    expect(codeOf('https://example.com/hook', 'http://example.com/hook')).toBe('SIGNATURE_MISMATCH');
  });
});

describe.each(['hubspot-v2', 'hubspot-v3'] as const)('%s', (scheme) => {
  it.each([{ method: 'PUT' }, { url: `${URL_OF_HOOK}&more=1` }, { url: 'https://evil.example/in?tenant=7' }])(
    'signs method and URL: %j is another request',
    (other) => {
      expect(verifySignature(scheme, { ...signed(scheme), ...other })).toEqual({
        valid: false,
        code: 'SIGNATURE_MISMATCH',
      });
    },
  );
});

describe('the three versions', () => {
  const headers: Readonly<Partial<Record<SignatureScheme, object>>> = {
    'hubspot-v1': { 'x-hubspot-signature': sha256(secret, BODY) },
    'hubspot-v2': { 'x-hubspot-signature': sha256(secret, `POST${URL_OF_HOOK}`, BODY) },
  };

  it.each(['hubspot-v1', 'hubspot-v2'] as const)('are not taken for one another: %s', (scheme) => {
    for (const [version, sent] of Object.entries(headers)) {
      const input = { ...signed(scheme), headers: { ...sent } };
      expect(verifySignature(scheme, input).valid).toBe(version === scheme);
    }
  });
});
