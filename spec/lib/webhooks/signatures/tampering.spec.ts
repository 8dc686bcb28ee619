import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signatureSchemes, verifySignature, type SignatureScheme } from '../../../../lib/index.js';
import { BODY, secretFor, signatureHeader, signed } from './signers.js';

/** Schemes that say who sends and sign nothing. */
const unsigned: readonly SignatureScheme[] = ['http-basic'];
const signing = signatureSchemes.filter((scheme) => !unsigned.includes(scheme));
const otherByte = fc.integer({ min: 1, max: 255 });
const otherCharacter = fc.integer({ min: 1, max: 94 });

/** One byte is another one. */
function changed(bytes: Buffer, at: number, by: number): Buffer {
  const copy = Buffer.from(bytes);
  const index = at % copy.length;
  copy[index] = (copy[index]! + by) % 256;
  return copy;
}

/** One character is another printable one. */
function changedText(text: string, at: number, by: number): string {
  const index = at % text.length;
  const code = 32 + ((text.charCodeAt(index) - 32 + by) % 95);
  return text.slice(0, index) + String.fromCharCode(code) + text.slice(index + 1);
}

describe.each(signatureSchemes)('%s', (scheme) => {
  const input = signed(scheme);

  it('accepts what its sender signed', () => {
    expect(verifySignature(scheme, input)).toEqual({ valid: true });
  });

  it('refuses whatever single character of a signed header is changed', () => {
    const names = Object.keys(input.headers).filter((name) => !name.endsWith('-version'));
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(), otherCharacter, (name, at, by) => {
        const value = changedText(String(input.headers[name]), at, by);
        // The name of the authentication scheme may be in any case (RFC 9110, section 11.1).
        fc.pre(scheme !== 'http-basic' || value.slice(0, 5).toLowerCase() !== 'basic' || at % value.length > 4);
        expect(verifySignature(scheme, { ...input, headers: { ...input.headers, [name]: value } }).valid).toBe(false);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('refuses whatever single character of the secret is changed', () => {
    fc.assert(
      fc.property(fc.nat(), otherCharacter, (at, by) => {
        const secrets = [changedText(secretFor(scheme), at, by)];
        expect(verifySignature(scheme, { ...input, secrets }).valid).toBe(false);
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it('accepts the secret in any place of the list, and refuses a list without it', () => {
    const others = ['whsec_b25lIG9mIHR3byBzZWNyZXRz', 'somebody:else', '', 'dHdv'];
    fc.assert(
      fc.property(fc.shuffledSubarray(others), fc.nat({ max: 4 }), (list, place) => {
        expect(verifySignature(scheme, { ...input, secrets: list }).valid).toBe(false);
        expect(verifySignature(scheme, { ...input, secrets: list.toSpliced(place, 0, ...input.secrets) }).valid).toBe(
          true,
        );
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  it('refuses garbage in its headers, in the body, URL and method, and never throws', () => {
    const garbage = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.stringMatching(/^(?:t=\d{1,3},|v1,|v1a,|v0=|sha256=|sha1=|basic )?[a-fA-F0-9=,+/ ]{0,90}$/),
      fc.array(fc.string(), { maxLength: 3 }),
      fc.constant('='.repeat(20_000)),
      fc.constant(undefined),
    );
    const headers = fc.record(Object.fromEntries(Object.keys(input.headers).map((name) => [name, garbage])));
    fc.assert(
      fc.property(headers, fc.uint8Array({ maxLength: 50 }), fc.string(), fc.string(), (sent, bytes, url, method) => {
        const verdict = verifySignature(scheme, { ...input, headers: sent, rawBody: Buffer.from(bytes), url, method });
        expect(verdict).toMatchObject({ valid: false, code: expect.stringMatching(/^[A-Z_]+$/) });
      }),
      { seed: 4, numRuns: 400 },
    );
  });

  it('refuses a repeated signature, as Node joins it and as a list', () => {
    const name = signatureHeader(scheme);
    const value = String(input.headers[name]);
    for (const repeated of [`${value}, ${value}`, [value, value]]) {
      const verdict = verifySignature(scheme, { ...input, headers: { ...input.headers, [name]: repeated } });
      expect(verdict).toEqual({ valid: false, code: 'SIGNATURE_MALFORMED' });
    }
  });

  it.each([
    ['no secret', { secrets: [] }, 'SECRET_MISSING'],
    ['an empty secret only', { secrets: [''] }, 'SECRET_MISSING'],
    ['no header', { headers: {} }, 'SIGNATURE_MISSING'],
  ] as const)('refuses a request where there is %s', (_, missing, code) => {
    expect(verifySignature(scheme, { ...input, ...missing })).toEqual({ valid: false, code });
  });
});

describe.each(signing)('%s', (scheme) => {
  const input = signed(scheme);

  it('refuses whatever single byte of the body is changed, added or taken away', () => {
    fc.assert(
      fc.property(fc.nat(), otherByte, (at, by) => {
        const cut = at % BODY.length;
        const bodies = [
          changed(BODY, at, by),
          Buffer.concat([BODY.subarray(0, cut), Buffer.from([by]), BODY.subarray(cut)]),
          Buffer.concat([BODY.subarray(0, cut), BODY.subarray(cut + 1)]),
        ];
        for (const rawBody of bodies) expect(verifySignature(scheme, { ...input, rawBody }).valid).toBe(false);
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});
