import { describe, expect, it } from 'vitest';
import { readBody } from '../../../lib/http/read-body.js';
import type { ResponseType } from '../../../lib/types/request-builder.js';

const read = (bytes: string | Buffer, contentType: string, responseType: ResponseType = 'auto') =>
  readBody(Buffer.from(bytes), contentType, responseType);

describe('readBody', () => {
  it.each(['application/json', 'application/json; charset=utf-8', 'Application/Vnd.GitHub+JSON', 'text/json'])(
    'parses %s and keeps the text',
    (contentType) => {
      expect(read('{"a":"ä"}', contentType)).toEqual({ body: { a: 'ä' }, rawText: '{"a":"ä"}', isValid: true });
    },
  );

  it.each([
    'text/html',
    'application/xml',
    'image/svg+xml',
    'application/atom+xml;charset=utf-8',
    'application/x-ndjson',
  ])('reads %s as text', (contentType) => {
    expect(read('<ä/>', contentType)).toEqual({ body: '<ä/>', rawText: '<ä/>', isValid: true });
  });

  it.each(['image/png', 'application/octet-stream', 'application/jsonish', ''])('reads %j as bytes', (contentType) => {
    expect(read('{}', contentType)).toEqual({ body: Buffer.from('{}'), rawText: null, isValid: true });
  });

  it('is told what to read', () => {
    expect(read('{}', 'text/plain', 'json').body).toEqual({});
    expect(read('{}', 'application/json', 'text').body).toBe('{}');
    expect(read('{}', 'application/json', 'binary').body).toEqual(Buffer.from('{}'));
  });

  it('heeds the charset', () => {
    expect(read(Buffer.from([0xe4, 0xf6]), 'text/plain; charset=ISO-8859-1').body).toBe('äö');
    expect(read(Buffer.from('"ä"', 'utf16le'), 'application/json;charset="utf-16le"').body).toBe('ä');
    expect(read('ä', 'text/plain; charset=nonsense').body).toBe('ä');
  });

  it('drops a byte order mark', () => {
    expect(read('\uFEFF{"a":1}', 'application/json').body).toEqual({ a: 1 });
  });

  it('says what is no JSON, and keeps the text', () => {
    expect(read('<html>', 'application/json')).toEqual({ body: '<html>', rawText: '<html>', isValid: false });
  });

  it.each<ResponseType>(['auto', 'json', 'text', 'binary'])('makes null of nothing (%s)', (responseType) => {
    expect(read('', 'application/json', responseType)).toEqual({ body: null, rawText: null, isValid: true });
  });
});
