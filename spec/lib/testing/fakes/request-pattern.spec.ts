import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestPattern } from '../../../../lib/testing/fakes/request-pattern.js';

const matches = (pattern: string, line: string): boolean => {
  const [method = '', endpoint = ''] = line.split(' ');
  return requestPattern(pattern).matches({ method, endpoint });
};

describe('a request pattern', () => {
  it('without * matches that endpoint alone, by any method', () => {
    expect(matches('/issues', 'GET /issues')).toBe(true);
    expect(matches('/issues', 'DELETE /issues')).toBe(true);
    expect(matches('/issues', 'GET /issues/1')).toBe(false);
    expect(matches('/issues', 'GET /v1/issues')).toBe(false);
  });

  it('takes * for any characters within one segment', () => {
    expect(matches('/repos/*/issues', 'GET /repos/acme/issues')).toBe(true);
    expect(matches('/repos/acme-*', 'GET /repos/acme-app')).toBe(true);
    expect(matches('/repos/*', 'GET /repos/')).toBe(true);
    expect(matches('/repos/*/issues', 'GET /repos/acme/app/issues')).toBe(false);
    expect(matches('/repos/*', 'GET /repos/acme/app')).toBe(false);
  });

  it('takes a verb and a colon, in any case, for a method', () => {
    expect(matches('GET:/issues', 'GET /issues')).toBe(true);
    expect(matches('GET:/issues', 'get /issues')).toBe(true);
    expect(matches('get:/issues', 'GET /issues')).toBe(true);
    expect(matches('GET:/issues', 'POST /issues')).toBe(false);
    expect(requestPattern('patch:/issues').method).toBe('PATCH');
  });

  it('takes any other prefix for a part of the endpoint', () => {
    expect(matches('FOO:bar', 'GET FOO:bar')).toBe(true);
    expect(matches('FOO:bar', 'FOO bar')).toBe(false);
    expect(matches('https://api.example.com/*', 'GET https://api.example.com/issues')).toBe(true);
    expect(requestPattern('GET:').method).toBeNull();
  });

  it('reads characters with a meaning in regular expressions literally', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        const pattern = `/${text.replaceAll('*', '')}`;
        expect(requestPattern(pattern).matches({ method: 'GET', endpoint: pattern })).toBe(true);
        expect(requestPattern(pattern).matches({ method: 'GET', endpoint: `${pattern}x` })).toBe(false);
      }),
    );
  });

  it('with any values in place of * matches, unless a value crosses a segment', () => {
    const values = fc.array(fc.string(), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(values, (parts) => {
        const pattern = `/a/${parts.map(() => '*').join('/b/')}`;
        const endpoint = `/a/${parts.join('/b/')}`;
        const crosses = endpoint.split('/').length !== pattern.split('/').length;
        expect(requestPattern(pattern).matches({ method: 'GET', endpoint })).toBe(!crosses);
      }),
    );
  });
});
