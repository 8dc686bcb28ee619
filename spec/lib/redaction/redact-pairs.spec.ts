import { describe, expect, it } from 'vitest';
import { createDenyList } from '../../../lib/redaction/deny-list.js';
import { redactPairs } from '../../../lib/redaction/redact-pairs.js';

const { denies } = createDenyList();
const redact = (text: string) => redactPairs(text, denies);

/** JSON as a string of JSON, several times over. */
function nested(value: unknown, levels: number): string {
  return levels === 0 ? JSON.stringify(value) : JSON.stringify(nested(value, levels - 1));
}

describe('redactPairs', () => {
  it.each([
    ['password=s3cret next', 'password=[REDACTED] next'],
    ['grant_type=x&client_secret=s3cret&scope=y', 'grant_type=x&client_secret=[REDACTED]&scope=y'],
    ['api_key: s3cret, id: 5', 'api_key: [REDACTED], id: 5'],
    ["{ token: 's3 cret', id: 5 }", "{ token: '[REDACTED]', id: 5 }"],
    ['token => "s3cret"', 'token => "[REDACTED]"'],
    ['user[token]=s3cret', 'user[token]=[REDACTED]'],
    ['{"credentials":{"a":["s3cret"]},"id":5}', '{"credentials":[REDACTED],"id":5}'],
    [String.raw`{"secrets":["}", "\"]", "s3cret"],"id":5}`, '{"secrets":[REDACTED],"id":5}'],
    ['GET /\r\nAuthorization: Bearer s3cret\r\nHost: x', 'GET /\r\nAuthorization: [REDACTED]\r\nHost: x'],
    ['Cookie: a="s3cret"; b=s3cret', 'Cookie: [REDACTED]'],
    [String.raw`"Cookie: a=s3cret\r\nHost: x"`, String.raw`"Cookie: [REDACTED]\r\nHost: x"`],
    ['{"token":"s3cret cut off', '{"token":"[REDACTED]'],
    ['{"tokens":[{"a":"s3cret"', '{"tokens":[REDACTED]'],
    [String.raw`{"password":"s3\"cret\\","id":5}`, '{"password":"[REDACTED]","id":5}'],
  ])('%s', (text, redacted) => {
    expect(redact(text)).toBe(redacted);
    expect(redact(redacted)).toBe(redacted);
  });

  it.each([0, 1, 2, 3])('finds the end of a value in JSON that is %i times a string in JSON', (levels) => {
    const value = { id: 5, token: String.raw`s3"cre\t` };
    expect(redact(nested(value, levels))).toBe(nested({ ...value, token: '[REDACTED]' }, levels));
  });

  it.each(['token: null, ok: true', 'password=', '"password": ""', 'the token is fine', 'token', 'a=1&b=2', ''])(
    'leaves %j alone',
    (text) => {
      expect(redact(text)).toBe(text);
    },
  );

  it.each(['token:"', 'token:[', 'token:', 'token', '\\"', '{"a":', 'x-'])(
    'takes time linear in the length of %j, many times over',
    (part) => {
      const started = performance.now();
      redact(part.repeat(200_000));
      // Quadratic, it would take minutes.
      expect(performance.now() - started).toBeLessThan(5_000);
    },
  );
});
