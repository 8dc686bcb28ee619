import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../lib/redaction/redactor.js';
import { storedBody, type StoredBodyOptions } from '../../../lib/request-log/stored-body.js';

const defaults: StoredBodyOptions = { redactor: createRedactor(), maxBytes: 65_536 };
const stored = (body: unknown, options: Partial<StoredBodyOptions> = {}) =>
  storedBody(body, { ...defaults, ...options });
const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');

interface Truncated {
  truncated: true;
  bytes: number;
  sha256: string;
  head: string;
}

function truncated(body: unknown, options: Partial<StoredBodyOptions> = {}): Truncated {
  return JSON.parse(stored(body, options) ?? '') as Truncated;
}

describe('storedBody', () => {
  it('stores nothing for nothing', () => {
    expect(stored(null)).toBeNull();
    expect(stored(undefined)).toBeNull();
  });

  it('stores an object as JSON, redacted by name and by path', () => {
    const body = { email: 'a@b', token: 's3cret', list: [], empty: {} };
    expect(stored(body, { paths: ['email'] })).toBe('{"email":"[REDACTED]","token":"[REDACTED]","list":[],"empty":{}}');
    expect(body.token).toBe('s3cret');
  });

  it('stores a string as it is', () => {
    expect(stored('plain text')).toBe('plain text');
    expect(stored('{ "a" : 1.0 }')).toBe('{ "a" : 1.0 }');
    expect(stored('')).toBe('');
  });

  it('redacts strings: JSON, forms and free text, and known secrets in them', () => {
    expect(stored('{"token":"s3cret"}')).toBe('{"token":"[REDACTED]"}');
    expect(stored('a=1&token=s3cret')).toBe('a=1&token=[REDACTED]');
    expect(stored('hello correct-horse', { knownSecrets: ['correct-horse'] })).toBe('hello [REDACTED]');
  });

  it.each([
    ['a number', 5, '5'],
    ['false', false, 'false'],
    ['a bigint', 5n, '5'],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['a stream', Readable.from(['x']), '[stream]'],
    ['a web stream', new ReadableStream(), '[stream]'],
    ['a blob', new Blob(['abcd']), '[binary 4 bytes]'],
    ['form parameters', new URLSearchParams('a=1&token=s3cret'), '{"a":"1","token":"[REDACTED]"}'],
    ['a function', () => 1, null],
  ])('stores %s', (_name, body, expected) => {
    expect(stored(body)).toBe(expected);
  });

  it('stores bytes as a mark with their length and hash', () => {
    const bytes = Buffer.from([0, 1, 2, 255]);
    const mark = `[binary 4 bytes sha256:${sha256(bytes)}]`;
    expect(stored(bytes)).toBe(mark);
    expect(stored(new Uint8Array(bytes))).toBe(mark);
    expect(stored(new Uint8Array(bytes).buffer)).toBe(mark);
    expect(stored(new Uint8Array([9, ...bytes, 9]).subarray(1, 5))).toBe(mark);
  });

  it('stores what can be stored of values that JSON refuses', () => {
    const cycle: Record<string, unknown> = { big: 1n };
    cycle.self = cycle;
    expect(stored(cycle)).toBe('{"big":"1","self":"[circular]"}');
  });

  it('never throws, whatever the body does when it is looked at', () => {
    const thrower = new Proxy(
      {},
      {
        get() {
          throw new Error('no');
        },
      },
    );
    expect(stored(thrower)).toBe('[unreadable]');
  });

  describe('of what is too large', () => {
    it('stores valid JSON with length, hash and beginning', () => {
      const text = `é${'x'.repeat(70_000)}`;
      expect(truncated(text)).toEqual({
        truncated: true,
        bytes: 70_002,
        sha256: sha256(text),
        head: text.slice(0, 2048),
      });
    });

    it('counts bytes, not characters', () => {
      expect(stored('é'.repeat(50), { maxBytes: 100 })).toBe('é'.repeat(50));
      expect(truncated('é'.repeat(51), { maxBytes: 100 }).bytes).toBe(102);
    });

    it('redacts the beginning, a secret across its end included', () => {
      const secret = 'correct-horse-battery';
      const text = `{"token":"s3cret","a":"${'x'.repeat(2015)}${secret}${'y'.repeat(70_000)}"}`;
      const { head } = truncated(text, { knownSecrets: [secret] });
      expect(head).toContain('"token":"[REDACTED]"');
      expect(head).not.toMatch(/s3cret|correct/);
    });

    it('redacts by the last names of the paths, as the beginning is no JSON any more', () => {
      const text = JSON.stringify({ users: [{ email: 'a@b.example' }], rest: 'x'.repeat(70_000) });
      expect(truncated(text, { paths: ['users.*.email'] }).head).not.toContain('a@b.example');
    });

    it('does not cut a character in two', () => {
      expect(truncated('x' + '😀'.repeat(20_000)).head).toBe('x' + '😀'.repeat(1023));
    });

    it('takes objects as well, redacted as a whole first', () => {
      const { head } = truncated(
        { users: [{ email: 'a@b.example' }], rest: 'x'.repeat(70_000) },
        { paths: ['users.*.email'] },
      );
      expect(head.startsWith('{"users":[{"email":"[REDACTED]"}],"rest":"xxx')).toBe(true);
      expect(head).toHaveLength(2048);
    });

    it('keeps the cap where the marks are longer than the secrets', () => {
      const text = JSON.stringify(Array.from({ length: 100 }, () => ({ otp: 1 })));
      expect(truncated(text, { maxBytes: 1000 })).toMatchObject({ truncated: true, bytes: text.length });
    });
  });
});
