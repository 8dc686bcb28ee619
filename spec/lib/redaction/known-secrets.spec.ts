import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownSecretsOf } from '../../../lib/redaction/known-secrets.js';

describe('knownSecretsOf', () => {
  it('replaces every occurrence', () => {
    const { redact } = knownSecretsOf(['correct horse']);
    expect(redact('a correct horse, a correct horses')).toBe('a [REDACTED], a [REDACTED]s');
  });

  it('leaves out what is too short to be told from a word', () => {
    const short = knownSecretsOf(['seven77', '']);
    expect(short.redact('seven77')).toBe('seven77');
    expect(short.mayBeIn('seven77')).toBe(false);
  });

  it('prefers the longer of two that begin alike', () => {
    expect(knownSecretsOf(['secret-1', 'secret-123']).redact('secret-123!')).toBe('[REDACTED]!');
  });

  it('finds a secret as it stands in a URL', () => {
    const secret = 'a+b/c=d&e f';
    expect(knownSecretsOf([secret]).redact(`?q=${encodeURIComponent(secret)}&x=1`)).toBe('?q=[REDACTED]&x=1');
  });

  it('takes a secret with half a character, which has no spelling in a URL', () => {
    expect(knownSecretsOf(['broken \ud800 secret']).redact('<broken \ud800 secret>')).toBe('<[REDACTED]>');
  });

  it('finds any secret, taken literally, plain or in JSON', () => {
    const characters = fc.constantFrom(...Array.from('aZ0+/=.*?^$()[]{}|\\"-_~ \n\u00e9\u{1f600}'));
    const property = fc.property(fc.string({ minLength: 8, unit: characters }), fc.string(), (secret, around) => {
      const known = knownSecretsOf([secret]);
      expect(known.redact(around + secret + around)).toContain('[REDACTED]');
      expect(known.mayBeIn(JSON.stringify([around + secret]))).toBe(true);
    });
    fc.assert(property, { seed: 11 });
  });

  it.each([
    ['PHP', String.raw`{"a":"dGhlc2VjcmV0\/Kw=="}`],
    ['.NET', String.raw`{"a":"dGhlc2VjcmV0/\u004bw=="}`],
  ])('suspects a secret that %s has escaped', (_encoder, json) => {
    expect(knownSecretsOf(['dGhlc2VjcmV0/Kw==']).mayBeIn(json)).toBe(true);
  });
});
