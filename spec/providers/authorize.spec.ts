import { describe, expect, it } from 'vitest';
import { apiKeyHeader, basic, bearer } from '../../providers/authorize.js';

const request = Object.freeze({
  method: 'GET',
  url: new URL('https://api.example.com/'),
  headers: Object.freeze({ accept: 'application/json', authorization: 'old' }),
});

describe('bearer', () => {
  it('puts the token into Authorization, in a copy', () => {
    const authorized = bearer(request, 't0ken');
    expect(authorized).toEqual({
      method: 'GET',
      url: request.url,
      headers: { accept: 'application/json', authorization: 'Bearer t0ken' },
    });
    expect(request.headers.authorization).toBe('old');
  });
});

describe('basic', () => {
  it('encodes user and password as RFC 7617 does, in UTF-8', () => {
    expect(basic(request, 'Aladdin', 'open sesame').headers.authorization).toBe('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==');
    expect(basic(request, 'test', '123£').headers.authorization).toBe('Basic dGVzdDoxMjPCow==');
    expect(basic(request, 'key', 'a:b').headers.authorization).toBe(`Basic ${btoa('key:a:b')}`);
  });

  it('refuses a user name with a colon, without repeating it', () => {
    const attempt = () => basic(request, 'us:er', 'secret');
    expect(attempt).toThrow(expect.objectContaining({ code: 'CREDENTIALS_INVALID' }));
    expect(attempt).not.toThrow(/us:er|secret/);
  });
});

describe('apiKeyHeader', () => {
  it('adds a header under its lower-case name, in place of one of that name', () => {
    expect(apiKeyHeader(request, 'X-Api-Key', 'k').headers).toEqual({ ...request.headers, 'x-api-key': 'k' });
    expect(apiKeyHeader(request, 'Accept', 'text/plain').headers.accept).toBe('text/plain');
  });
});
