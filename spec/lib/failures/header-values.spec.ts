import { AxiosHeaders } from 'axios';
import { describe, expect, it } from 'vitest';
import { HttpResponseError } from '../../../lib/errors.js';
import { headersOf, headerValues } from '../../../lib/failures/header-values.js';

/** The Headers of a fetch that is not Node's own: node-fetch, an installed undici. */
class OtherHeaders {
  *[Symbol.iterator]() {
    yield ['Retry-After', '7'];
  }
}

describe('headerValues', () => {
  it.each([
    ['a plain object', { 'Retry-After': '7' }],
    ['numbers', { 'retry-after': 7 }],
    ['a Headers object', new Headers({ 'Retry-After': '7' })],
    ['another Headers object', new OtherHeaders()],
    ["axios' headers", new AxiosHeaders({ 'Retry-After': '7' })],
    ['a Map', new Map([['Retry-After', '7']])],
  ])('reads %s by lower-case names', (_form, headers) => {
    expect([...headerValues(headers)]).toEqual([['retry-after', ['7']]]);
  });

  it('keeps repeated headers apart where the client does', () => {
    expect(headerValues({ a: ['1', '2'], b: [undefined], c: null }).get('a')).toEqual(['1', '2']);
    expect([...headerValues({ b: [undefined], c: null, d: {} })]).toEqual([]);
  });

  it.each([
    ['nothing', undefined],
    ['text', 'retry-after: 7'],
    ['a list of something else', [1, 'two', ['three']]],
    [
      'an iterator that throws',
      {
        [Symbol.iterator]: () => {
          throw new Error('no');
        },
      },
    ],
  ])('are none in %s', (_what, headers) => {
    expect(headerValues(headers).size).toBe(0);
  });
});

describe('headersOf', () => {
  const headers = { 'x-a': '1' };
  const failed = (facts: object): Error => Object.assign(new Error('failed'), facts);

  it.each([
    ['the error', failed({ headers })],
    ['its response', failed({ response: { headers } })],
    ["AWS' response", failed({ $response: { headers } })],
    ["Stripe's raw error", failed({ raw: { headers } })],
    ['our own error', new HttpResponseError('failed', { statusCode: 500, headers, body: null })],
    ['what is wrapped', new Error('outer', { cause: failed({ headers }) })],
    ['a response', { status: 500, headers }],
  ])('finds those of %s', (_where, failure) => {
    expect(headersOf(failure).map((each) => each.get('x-a'))).toEqual([['1']]);
  });

  it('lists the outermost first', () => {
    const inner = failed({ headers: { 'x-a': '2' } });
    expect(headersOf(failed({ headers, cause: inner })).map((each) => each.get('x-a'))).toEqual([['1'], ['2']]);
  });
});
