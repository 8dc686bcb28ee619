import { Readable } from 'node:stream';
import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../lib/redaction/redactor.js';

const redactor = createRedactor();
const redact = (value: unknown) => redactor.value(value);

describe('redactValue', () => {
  it('replaces what stands under denied names, at any depth', () => {
    expect(redact({ id: 1, auth: { password: 's3cret', list: [{ api_key: 's3cret', id: 2 }] } })).toEqual({
      id: 1,
      auth: { password: '[REDACTED]', list: [{ api_key: '[REDACTED]', id: 2 }] },
    });
  });

  it('replaces numbers and objects as a whole', () => {
    expect(redact({ otp: 123_456, credentials: { a: { b: 's3cret' } }, tokens: ['s3cret'] })).toEqual({
      otp: '[REDACTED]',
      credentials: '[REDACTED]',
      tokens: '[REDACTED]',
    });
  });

  it('keeps what tells no secret under a denied name', () => {
    const value = { token: null, password: '', has_secret: true, secret: false, session: undefined };
    expect(redact(value)).toStrictEqual(value);
  });

  it('redacts the texts of the other values', () => {
    expect(redact({ note: 'password=s3cret', next: 'https://x.example/?access_token=s3cret&page=2' })).toEqual({
      note: 'password=[REDACTED]',
      next: 'https://x.example/?access_token=[REDACTED]&page=2',
    });
  });

  it('redacts a key that is a secret itself', () => {
    expect(redactor.value({ 'correct-horse': { id: 1 } }, { knownSecrets: ['correct-horse'] })).toEqual({
      '[REDACTED]': { id: 1 },
    });
  });

  it('copies, and shares nothing with the value', () => {
    const value = { list: [{ id: 1 }] };
    const copy = redact(value) as typeof value;
    expect(copy).toEqual(value);
    expect(copy.list).not.toBe(value.list);
    expect(copy.list[0]).not.toBe(value.list[0]);
  });

  it('takes a frozen value', () => {
    const value = Object.freeze({ token: 's3cret', deep: Object.freeze({ token: 's3cret' }) });
    expect(redact(value)).toEqual({ token: '[REDACTED]', deep: { token: '[REDACTED]' } });
    expect(value.deep.token).toBe('s3cret');
  });

  it('marks a cycle, and copies what occurs twice', () => {
    const twice = { id: 1 };
    const value: Record<string, unknown> = { a: twice, b: twice };
    value.self = value;
    expect(redact(value)).toEqual({ a: { id: 1 }, b: { id: 1 }, self: '[circular]' });
  });

  it('looks into maps, sets, headers and forms', () => {
    const form = new FormData();
    form.append('password', 's3cret');
    form.append('tag', 'a');
    form.append('tag', 'b');
    form.append('file', new Blob(['abc']));
    expect(
      redact({
        map: new Map<unknown, unknown>([
          ['token', 's3cret'],
          [1, new Map([['pwd', 's3cret']])],
        ]),
        set: new Set([{ token: 's3cret' }]),
        headers: new Headers({ authorization: 's3cret', accept: 'a/b' }),
        query: new URLSearchParams('api_key=s3cret&page=2'),
        form,
      }),
    ).toEqual({
      map: { token: '[REDACTED]', 1: { pwd: '[REDACTED]' } },
      set: [{ token: '[REDACTED]' }],
      headers: { authorization: '[REDACTED]', accept: 'a/b' },
      query: { api_key: '[REDACTED]', page: '2' },
      form: { password: '[REDACTED]', tag: ['a', 'b'], file: '[binary 3 bytes]' },
    });
  });

  it('turns what JSON does not know into plain data', () => {
    const id = new Types.ObjectId();
    class Money {
      readonly amount = 5;
      readonly token = 's3cret';
      double(): number {
        return this.amount * 2;
      }
    }
    expect(
      redact({
        date: new Date(0),
        id,
        big: 12n,
        bytes: Buffer.from('abc'),
        typed: new Uint16Array(2),
        raw: new ArrayBuffer(5),
        stream: Readable.from([]),
        web: new ReadableStream(),
        answer: new Response('{}'),
        url: new URL('https://me:s3cret@x.example/'),
        money: new Money(),
        boxed: Object('token=s3cret') as unknown,
        fn: () => 1,
        symbol: Symbol('s'),
      }),
    ).toEqual({
      date: '1970-01-01T00:00:00.000Z',
      id: id.toHexString(),
      big: '12',
      bytes: '[binary 3 bytes]',
      typed: '[binary 4 bytes]',
      raw: '[binary 5 bytes]',
      stream: '[stream]',
      web: '[stream]',
      answer: '[stream]',
      url: 'https://[REDACTED]@x.example/',
      money: { amount: 5, token: '[REDACTED]' },
      boxed: 'token=[REDACTED]',
      fn: undefined,
      symbol: undefined,
    });
  });

  it('shows of an error what JSON leaves out, redacted', () => {
    const error = Object.assign(new TypeError('token=s3cret', { cause: new Error('pwd=s3cret') }), { code: 'E' });
    const copy = redact(error);
    expect(copy).toMatchObject({ name: 'TypeError', message: 'token=[REDACTED]', code: 'E' });
    expect(JSON.stringify(copy)).not.toContain('s3cret');
    expect(copy).toHaveProperty('cause.message', 'pwd=[REDACTED]');
  });

  it('asks toJSON once, and redacts what it gives', () => {
    const inner = { token: 's3cret', toJSON: () => 'never asked' };
    expect(redact({ toJSON: () => inner })).toEqual({ token: '[REDACTED]', toJSON: undefined });
    const self = { id: 1, toJSON: () => self };
    expect(redact(self)).toEqual({ id: 1, toJSON: undefined });
  });

  it('lets what throws cost its own value only', () => {
    const value = {
      id: 1,
      get broken(): string {
        throw new Error('no');
      },
      json: {
        toJSON() {
          throw new Error('no');
        },
      },
      proxy: new Proxy(
        {},
        {
          ownKeys() {
            throw new Error('no');
          },
        },
      ),
    };
    expect(redact(value)).toEqual({ id: 1, broken: '[unreadable]', json: '[unreadable]', proxy: '[unreadable]' });
  });

  it('copies a key named __proto__ as the key that it is', () => {
    const copy = redact(JSON.parse('{"__proto__":{"token":"s3cret"}}'));
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"token":"[REDACTED]"}}');
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  });

  it('stops at a depth that no honest value has, and shows nothing from beyond', () => {
    let value: unknown = 's3cret';
    for (let depth = 0; depth < 50_000; depth += 1) value = { next: value };
    const text = JSON.stringify(redact(value));
    expect(text).toContain('[too deep]');
    expect(text).not.toContain('s3cret');
  });

  it('stops at a size that no honest value has', () => {
    let value: unknown = ['x'];
    // Every level holds the one below twice: two to the power of 40 elements.
    for (let level = 0; level < 40; level += 1) value = [value, value];
    expect(JSON.stringify(redact(value))).toContain('[too large]');
  });
});
