import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../lib/redaction/redactor.js';

const redactor = createRedactor();
const SECRET = 'Zq9-correct-horse-battery';
const deniedKeys = ['token', 'access_token', 'clientSecret', 'X-Api-Key', 'password_hash', 'Set-Cookie', 'private_key'];

/** JSON objects with a secret under a denied key somewhere. */
const withSecret = fc
  .tuple(
    fc.jsonValue({ maxDepth: 4 }),
    fc.constantFrom(...deniedKeys),
    fc.array(fc.string({ maxLength: 8 }), { maxLength: 5 }),
  )
  .map(([beside, key, path]) =>
    path.reduce<unknown>((inner, name, index) => (index % 2 === 0 ? { [name]: inner, beside } : [beside, inner]), {
      beside,
      [key]: SECRET,
    }),
  );

/** Every path of a value; what stands below a replaced value is gone with it. */
function pathsOf(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null) return [prefix];
  return [prefix, ...Object.entries(value).flatMap(([key, member]) => pathsOf(member, `${prefix}/${key}`))];
}

describe('a redactor of JSON text', () => {
  it('gives the identical string where there is nothing to redact', () => {
    const property = fc.property(fc.json(), fc.constantFrom(undefined, 2), (json, indent) => {
      const text = JSON.stringify(JSON.parse(json), null, indent);
      fc.pre(text === redactor.text(text));
      expect(redactor.json(text)).toBe(text);
      expect(redactor.json(text, { paths: ['no.such.path'], knownSecrets: [SECRET] })).toBe(text);
    });
    fc.assert(property, { seed: 1 });
  });

  it('keeps formatting, key order and long numbers where a denied name is only talked about', () => {
    const text = '{ "b" : 12345678901234567890, "note" : "the token expired", "a":1.0 }';
    expect(redactor.json(text)).toBe(text);
  });

  it('never lets a secret under a denied name through, and keeps every path', () => {
    const property = fc.property(withSecret, (value) => {
      const text = JSON.stringify(value);
      const redacted = redactor.json(text);
      expect(redacted).not.toContain(SECRET);
      expect(pathsOf(JSON.parse(redacted)).sort()).toEqual(pathsOf(JSON.parse(text)).sort());
    });
    fc.assert(property, { seed: 2 });
  });

  it('never lets a known secret through, wherever it stands', () => {
    const secrets = fc.string({ minLength: 8, unit: 'grapheme' }).filter((secret) => !'[REDACTED]'.includes(secret));
    const property = fc.property(secrets, fc.jsonValue(), fc.string(), (secret, beside, around) => {
      const value = { beside, list: [{ note: around + secret + around }], [secret]: 1 };
      const redacted: unknown = JSON.parse(redactor.json(JSON.stringify(value), { knownSecrets: [secret] }));
      expect(pathsOf(redacted).some((path) => path.includes(secret))).toBe(false);
      expect(redacted).toHaveProperty('list.0.note', expect.not.stringContaining(secret));
    });
    fc.assert(property, { seed: 3 });
  });

  it.each([
    ['an escaped letter in a name', String.raw`{"\u0074oken":"s3cret"}`, '{"token":"[REDACTED]"}'],
    ['white space around', '\n { "token" : "s3cret" } ', '{"token":"[REDACTED]"}'],
    ['escaped slashes', String.raw`{"a":"https:\/\/me:s3cret@x\/"}`, '{"a":"https://[REDACTED]@x/"}'],
    [
      'an escaped ampersand',
      String.raw`{"a":"https://x/?b=1\u0026key=s3cret"}`,
      '{"a":"https://x/?b=1&key=[REDACTED]"}',
    ],
    ['JSON in JSON', String.raw`{"a":"{\"token\":\"s3cret\"}"}`, String.raw`{"a":"{\"token\":\"[REDACTED]\"}"}`],
    ['a string', '"Bearer abcdef-123456"', '"Bearer [REDACTED]"'],
    ['an empty object beside', '{"token":"s3cret","a":{},"b":[]}', '{"token":"[REDACTED]","a":{},"b":[]}'],
  ])('sees through %s', (_name, text, redacted) => {
    expect(redactor.json(text)).toBe(redacted);
  });

  it('takes what is no JSON as free text', () => {
    expect(redactor.json('{"token":"s3cret", cut')).toBe('{"token":"[REDACTED]", cut');
    expect(redactor.json('grant=x&password=s3cret')).toBe('grant=x&password=[REDACTED]');
    expect(redactor.json('pong')).toBe('pong');
    expect(redactor.json('')).toBe('');
  });

  it('replaces the paths that it is given', () => {
    expect(redactor.json('{"users":[{"email":"a@b","id":1}]}', { paths: ['users.*.email'] })).toBe(
      '{"users":[{"email":"[REDACTED]","id":1}]}',
    );
  });

  it('goes by the last names of the paths where the text has no structure', () => {
    expect(redactor.json('{"users":[{"email":"a@b","id":1', { paths: ['users.*.email'] })).toBe(
      '{"users":[{"email":"[REDACTED]","id":1',
    );
    expect(redactor.json('anything', { paths: ['*'] })).toBe('[REDACTED]');
  });
});

describe('a redactor of values', () => {
  it('never touches the value', () => {
    const property = fc.property(withSecret, (value) => {
      const before = structuredClone(value);
      redactor.value(value, { paths: ['*', '*.*', 'beside'] });
      expect(value).toStrictEqual(before);
    });
    fc.assert(property, { seed: 4 });
  });

  it('never lets a secret under a denied name through, and keeps every path', () => {
    const property = fc.property(withSecret, (value) => {
      const copy = redactor.value(value);
      expect(JSON.stringify(copy)).not.toContain(SECRET);
      expect(pathsOf(copy).sort()).toEqual(pathsOf(value).sort());
    });
    fc.assert(property, { seed: 5 });
  });

  it('copies any value without failing', () => {
    const property = fc.property(
      fc.anything({ withDate: true, withMap: true, withSet: true, withTypedArray: true }),
      (value) => {
        expect(() => JSON.stringify(redactor.value(value))).not.toThrow();
      },
    );
    fc.assert(property, { seed: 6 });
  });
});

describe('a redactor', () => {
  it('knows the names that the application adds', () => {
    const own = createRedactor({ extraKeys: ['tax_id'] });
    expect(own.json('{"taxId":"123"}')).toBe('{"taxId":"[REDACTED]"}');
    expect(own.text('tax_id=123')).toBe('tax_id=[REDACTED]');
    expect(own.url('/a?tax-id=123')).toBe('/a?tax-id=[REDACTED]');
  });

  it('redacts URLs, relative ones and known secrets in their paths included', () => {
    expect(redactor.url('/bot/correct-horse/send?sig=s3cret&a=1', { knownSecrets: ['correct-horse'] })).toBe(
      '/bot/[REDACTED]/send?sig=[REDACTED]&a=1',
    );
  });
});
