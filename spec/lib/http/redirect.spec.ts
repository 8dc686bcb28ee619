import { describe, expect, it } from 'vitest';
import { isRedirect, redirectedRequest } from '../../../lib/http/redirect.js';
import type { HttpRequest } from '../../../lib/http/messages.js';

const request: HttpRequest = {
  method: 'GET',
  url: new URL('https://api.example/a?token=s3cret'),
  headers: { accept: 'a/b', 'accept-language': 'de', 'user-agent': 'x', 'x-api-key': 's3cret', cookie: 's3cret' },
  body: null,
  credentialOrigins: new Set(['https://api.example', 'https://uploads.example']),
  signal: new AbortController().signal,
  maxResponseBytes: 1_000,
  responseType: 'auto',
  authorize: null,
};
const answer = (location: string, statusCode = 302) => ({ statusCode, headers: { location }, data: Buffer.alloc(0) });
const follow = (location: string, given: Partial<HttpRequest> = {}, redirectsLeft = 1) =>
  redirectedRequest(answer(location), { ...request, ...given }, { ...request, ...given }, redirectsLeft);
const refusal = (message: string): unknown =>
  expect.objectContaining({ code: 'REDIRECT_REFUSED', message: expect.stringContaining(message) });

describe('isRedirect', () => {
  it.each([301, 302, 303, 307, 308])('%i with a location is', (status) => {
    expect(isRedirect(answer('/b', status))).toBe(true);
  });

  it.each([200, 201, 300, 304, 404])('%i is not', (status) => {
    expect(isRedirect(answer('/b', status))).toBe(false);
  });

  it('nothing is without a location', () => {
    expect(isRedirect({ statusCode: 302, headers: {}, data: Buffer.alloc(0) })).toBe(false);
  });
});

describe('a followed redirect', () => {
  it.each([
    ['/b?c=d', 'https://api.example/b?c=d'],
    ['b', 'https://api.example/b'],
    ['https://uploads.example/x', 'https://uploads.example/x'],
  ])('to %s, which may get the credentials, keeps all headers', (location, href) => {
    const next = follow(location);
    expect([next.method, next.url.href, next.headers]).toEqual(['GET', href, request.headers]);
  });

  it.each([
    'https://evil.example/',
    '//evil.example/',
    'https://api.example:8443/',
    'https://api.example.evil.example/',
  ])('to another origin, %s, keeps the harmless headers alone', (location) => {
    expect(follow(location).headers).toEqual({ accept: 'a/b', 'accept-language': 'de', 'user-agent': 'x' });
  });
});

describe('a redirect is refused', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('for a %s', (method) => {
    expect(() => follow('/b', { method })).toThrow(
      refusal('302, a redirect to https://api.example, which is not followed'),
    );
  });

  it.each([
    'http://api.example/',
    'ftp://x.example/',
    'file:///etc/passwd',
    'data:text/plain,x',
    'https://a:b@api.example/',
  ])('to %s', (location) => {
    expect(() => follow(location)).toThrow(refusal('not followed'));
  });

  it('to what is no URL', () => {
    expect(() => follow('https://')).toThrow(refusal('it is no valid URL'));
  });

  it('when there were too many', () => {
    expect(() => follow('/b', {}, 0)).toThrow(refusal('too many'));
  });

  it('without a query or user name in the message', () => {
    const without = expect.not.objectContaining({ message: expect.stringContaining('s3cret') });
    expect(() => follow('https://s3cret:s3cret@evil.example/?code=s3cret')).toThrow(without);
  });
});
