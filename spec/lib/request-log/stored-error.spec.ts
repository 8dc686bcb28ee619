import { describe, expect, it } from 'vitest';
import { HttpResponseError } from '../../../lib/errors.js';
import { createRedactor } from '../../../lib/redaction/redactor.js';
import { storedError } from '../../../lib/request-log/stored-error.js';

const options = { redactor: createRedactor(), knownSecrets: ['correct-horse'] };
const stored = (error: unknown) => storedError(error, options);

describe('storedError', () => {
  it('stores class, message, code and the first ten lines of the stack', () => {
    const error = Object.assign(new TypeError('failed'), { code: 'ECONNRESET' });
    error.stack = Array.from({ length: 30 }, (_, index) => `line ${index}`).join('\n');
    expect(stored(error)).toEqual({
      class: 'TypeError',
      message: 'failed',
      code: 'ECONNRESET',
      trace: Array.from({ length: 10 }, (_, index) => `line ${index}`).join('\n'),
    });
  });

  it('names the class of errors that have no name of their own', () => {
    class CardError extends Error {}
    class Named extends Error {
      override readonly name = 'GivenName';
    }
    expect(stored(new CardError('x')).class).toBe('CardError');
    expect(stored(new Named('x')).class).toBe('GivenName');
    expect(stored(new HttpResponseError('x', { statusCode: 500, headers: {}, body: null }))).toMatchObject({
      class: 'HttpResponseError',
      code: 'UPSTREAM_STATUS',
    });
    expect(stored(AbortSignal.abort().reason).class).toBe('AbortError');
  });

  it('redacts message, code, class and stack', () => {
    const error = Object.assign(new Error('token=s3cret for correct-horse'), {
      code: 'pwd=s3cret',
      name: 'correct-horse',
    });
    const record = stored(error);
    expect(record.message).toBe('token=[REDACTED] for [REDACTED]');
    expect(JSON.stringify(record)).not.toMatch(/s3cret|correct-horse/);
  });

  it('cuts long messages and long lines, on the border of a character', () => {
    const record = stored(new Error('😀'.repeat(50_000)));
    expect(record.message).toBe('😀'.repeat(1000));
    expect(record.trace?.length).toBeLessThanOrEqual(4000);
  });

  it.each([
    ['a string', 'token=s3cret', { class: 'string', message: 'token=[REDACTED]' }],
    ['a number', 42, { class: 'number', message: '42' }],
    ['null', null, { class: 'null', message: 'null' }],
    ['undefined', undefined, { class: 'undefined', message: 'undefined' }],
    ['a symbol', Symbol('s'), { class: 'symbol', message: 'symbol' }],
    [
      'an object',
      { status: 500, token: 's3cret' },
      { class: 'Object', message: '{"status":500,"token":"[REDACTED]"}' },
    ],
    [
      'an object like an error',
      { name: 'ApiError', message: 'no', code: 7 },
      { class: 'ApiError', message: 'no', code: 7 },
    ],
    ['an object without a prototype', Object.create(null), { class: 'Object', message: '{}' }],
  ])('takes %s that was thrown', (_name, thrown, expected) => {
    expect(stored(thrown)).toEqual({ code: null, trace: null, ...expected });
  });

  it('never throws, whatever the error does when it is looked at', () => {
    const thrower = new Proxy(new Error('x'), {
      get() {
        throw new Error('no');
      },
    });
    expect(stored(thrower)).toEqual({ class: 'Object', message: '[unreadable]', code: null, trace: null });
  });
});
