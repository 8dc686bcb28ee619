import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { encodeBody, isRepeatable } from '../../../lib/http/request-body.js';

describe('encodeBody', () => {
  it.each([
    [{ a: 1 }, '{"a":1}'],
    [[1, 'b'], '[1,"b"]'],
    [5, '5'],
    [false, 'false'],
    [{}, '{}'],
  ])('writes %j as JSON', (data, body) => {
    expect(encodeBody(data, undefined)).toEqual({ body, contentType: 'application/json' });
  });

  it('leaves text as it is', () => {
    expect(encodeBody('<a/>', undefined)).toEqual({ body: '<a/>', contentType: 'text/plain; charset=utf-8' });
  });

  it.each([
    ['a Buffer', Buffer.from('xyz')],
    ['a view into a larger buffer', new Uint8Array(Buffer.from('.xyz.')).subarray(1, 4)],
    ['an ArrayBuffer', Uint8Array.from(Buffer.from('xyz')).buffer],
  ])('sends %s as bytes', (_name, data) => {
    expect(encodeBody(data, undefined)).toEqual({ body: Buffer.from('xyz'), contentType: 'application/octet-stream' });
  });

  it('writes forms', () => {
    const contentType = 'application/x-www-form-urlencoded';
    expect(encodeBody(new URLSearchParams({ a: 'b c' }), undefined)).toEqual({ body: 'a=b+c', contentType });
    expect(encodeBody({ a: ['b', 'c'] }, `${contentType}; charset=utf-8`)).toEqual({ body: 'a=b&a=c', contentType });
  });

  it('passes multipart forms and files on', () => {
    const form = new FormData();
    expect(encodeBody(form, undefined)).toEqual({ body: form, contentType: null });
    const file = new Blob(['x'], { type: 'image/png' });
    expect(encodeBody(file, undefined)).toEqual({ body: file, contentType: 'image/png' });
  });

  it('takes Node’s streams and those of the web', () => {
    const stream = Readable.from(['x']);
    expect(encodeBody(stream, undefined).body).toBe(stream);
    expect(encodeBody(new Blob(['x']).stream(), undefined).body).toBeInstanceOf(Readable);
  });

  it.each([null, undefined])('makes no body of %s', (data) => {
    expect(encodeBody(data, undefined)).toEqual({ body: null, contentType: null });
  });

  it.each([[() => 1], [Symbol('x')], [10n], [new Writable()]])('refuses %o', (data) => {
    expect(() => encodeBody(data, undefined)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
  });

  it('refuses an object with cycles', () => {
    const data: Record<string, unknown> = {};
    data.self = data;
    expect(() => encodeBody(data, undefined)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
  });
});

describe('isRepeatable', () => {
  it('is false for streams alone', () => {
    expect([Readable.from(['x']), new Blob(['x']).stream()].map(isRepeatable)).toEqual([false, false]);
    expect([null, 'x', Buffer.from('x'), new FormData(), new Blob([])].map(isRepeatable)).toEqual(Array(5).fill(true));
  });
});
