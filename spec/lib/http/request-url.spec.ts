import { describe, expect, it } from 'vitest';
import { requestUrl, type RequestTarget } from '../../../lib/http/request-url.js';

const urlOf = (target: string, parts: Partial<RequestTarget> = {}) =>
  requestUrl({ baseUrl: 'https://ghe.corp/api/v3', target, allowedOrigins: [], data: null, metadata: {}, ...parts });

describe('a path', () => {
  it.each([
    ['/repos', 'https://ghe.corp/api/v3/repos'],
    ['repos', 'https://ghe.corp/api/v3/repos'],
    ['tickets/1.json?a=b', 'https://ghe.corp/api/v3/tickets/1.json?a=b'],
    ['?page=2', 'https://ghe.corp/api/v3?page=2'],
    ['', 'https://ghe.corp/api/v3'],
    ['/a#fragment', 'https://ghe.corp/api/v3/a'],
    ['/v1/things:search', 'https://ghe.corp/api/v3/v1/things:search'],
    ['/proxy/https://x.example', 'https://ghe.corp/api/v3/proxy/https://x.example'],
  ])('%j is appended to the base URL', (target, expected) => {
    expect(urlOf(target).url.href).toBe(expected);
  });

  it('is appended to a base URL with and without a final slash alike', () => {
    expect(urlOf('/a', { baseUrl: 'https://x.example/' }).url.href).toBe('https://x.example/a');
    expect(urlOf('a', { baseUrl: 'https://x.example/v1/' }).url.href).toBe('https://x.example/v1/a');
  });

  it.each(['/../admin', '/a/../../admin', '/%2e%2e/admin', '..'])('%j may not climb', (target) => {
    expect(() => urlOf(target)).toThrow(expect.objectContaining({ code: 'PATH_VALUE_UNSAFE' }));
  });

  it('needs a base URL', () => {
    expect(() => urlOf('/a', { baseUrl: null })).toThrow(expect.objectContaining({ code: 'HTTP_NOT_CONFIGURED' }));
  });
});

describe('an absolute URL', () => {
  it('of the base URL’s origin is called as it is', () => {
    expect(urlOf('https://ghe.corp/other?x=1').url.href).toBe('https://ghe.corp/other?x=1');
    expect(urlOf('HTTPS://GHE.corp:443/other').url.href).toBe('https://ghe.corp/other');
  });

  it('of an allowed origin is called', () => {
    const { url, credentialOrigins } = urlOf('https://uploads.example/x', {
      allowedOrigins: ['https://uploads.example'],
    });
    expect(url.href).toBe('https://uploads.example/x');
    expect([...credentialOrigins].sort()).toEqual(['https://ghe.corp', 'https://uploads.example']);
  });

  it.each([
    'https://evil.example/x',
    'http://ghe.corp/x',
    'https://ghe.corp:8443/x',
    '//evil.example',
    '///evil.example',
    '\\\\evil.example',
    '/\\evil.example',
    'https:evil.example',
    'https:/evil.example',
    'https:\\\\evil.example',
    'https:///evil.example',
    'https://ghe.corp@evil.example/',
    'https://user:secret@ghe.corp/',
    'https://{host}/x',
    'https://evil.example\t/x',
    'ftp://ghe.corp/x',
    'file:///etc/passwd',
    'data:text/plain,x',
    'javascript:alert(1)',
  ])('%j is refused', (target) => {
    expect(() => urlOf(target, { metadata: { host: 'ghe.corp' } })).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^ORIGIN_NOT_ALLOWED$|^PATH_VALUE_UNSAFE$/) }),
    );
  });

  it('is called without credentials where the provider has no base URL', () => {
    const { url, credentialOrigins } = urlOf('https://api.example/{id}', { baseUrl: null, data: { id: 7 } });
    expect(url.href).toBe('https://api.example/7');
    expect([...credentialOrigins]).toEqual([]);
  });

  it('names origins alone when it is refused', () => {
    expect(() => urlOf('https://evil.example/s3cret?token=s3cret')).toThrow(
      'The origin https://evil.example is neither that of http.baseUrl nor one of http.allowedOrigins.',
    );
  });
});

describe('the provider’s settings', () => {
  it.each(['ghe.corp', 'ftp://ghe.corp', 'https://user@ghe.corp', 'https://ghe.corp/?a=1', 'https://ghe.corp/#x', ''])(
    'refuse the base URL %j',
    (baseUrl) => {
      expect(() => urlOf('/a', { baseUrl })).toThrow(expect.objectContaining({ code: 'PROVIDER_INVALID' }));
    },
  );

  it.each(['uploads.example', 'blob:https://x.example/1'])('refuse the allowed origin %j', (origin) => {
    expect(() => urlOf('/a', { allowedOrigins: [origin] })).toThrow(
      expect.objectContaining({ code: 'PROVIDER_INVALID' }),
    );
  });
});
