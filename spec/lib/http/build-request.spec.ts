import { describe, expect, it } from 'vitest';
import { buildRequest, type RequestParts } from '../../../lib/http/build-request.js';

const build = (parts: Partial<RequestParts>) =>
  buildRequest({
    baseUrl: 'https://api.example',
    target: '/issues',
    method: 'GET',
    data: null,
    metadata: {},
    query: {},
    headers: {},
    defaultHeaders: {},
    allowedOrigins: [],
    ...parts,
  });

describe('a GET', () => {
  it('sends its data as query', () => {
    const { method, url, body } = build({ method: 'get', data: { state: 'open' } });
    expect([method, url.href, body]).toEqual(['GET', 'https://api.example/issues?state=open', null]);
  });

  it('adds the query option, which wins over the data and the path', () => {
    const { url } = build({ target: '/issues?page=1&q=x', data: { page: 2, state: 'open' }, query: { page: 3 } });
    expect(url.search).toBe('?q=x&state=open&page=3');
  });

  it('takes data that went into the path out of the query, and leaves the caller’s object alone', () => {
    const data = Object.freeze({ owner: 'me', state: 'open' });
    expect(build({ target: '/{owner}', data }).url.href).toBe('https://api.example/me?state=open');
    expect(data).toEqual({ owner: 'me', state: 'open' });
  });

  it.each([['text'], [[1]], [5], [Buffer.from('x')]])('refuses data that is no plain object: %o', (data) => {
    expect(() => build({ data })).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
  });
});

describe('a write', () => {
  it('sends its data as body and the query option as query', () => {
    const { url, body, headers } = build({
      method: 'POST',
      target: '/{owner}/issues',
      data: { owner: 'me', title: 'x' },
      query: { notify: true },
    });
    expect(url.href).toBe('https://api.example/me/issues?notify=true');
    expect(body).toBe('{"title":"x"}');
    expect(headers['content-type']).toBe('application/json');
  });

  it('has no body where the path took all data, and an empty object where the caller gave one', () => {
    expect(build({ method: 'DELETE', target: '/{id}', data: { id: 1 } }).body).toBeNull();
    expect(build({ method: 'POST', data: {} }).body).toBe('{}');
  });

  it('keeps the content type that the caller set', () => {
    const headers = { 'Content-Type': 'application/vnd.api+json' };
    expect(build({ method: 'POST', data: { a: 1 }, headers }).headers['content-type']).toBe('application/vnd.api+json');
  });

  it('leaves the content type of a multipart form to its encoder', () => {
    const headers = { 'content-type': 'multipart/form-data' };
    expect(build({ method: 'POST', data: new FormData(), headers }).headers).not.toHaveProperty('content-type');
  });
});

describe('any request', () => {
  it('has the provider’s headers under the caller’s', () => {
    const { headers } = build({ defaultHeaders: { Accept: 'a/b', 'X-V': '1' }, headers: { 'x-v': '2' } });
    expect(headers).toEqual({ accept: 'a/b', 'x-v': '2' });
  });

  it('asks for JSON first', () => {
    expect(build({}).headers.accept).toMatch(/^application\/json,/);
  });

  it.each(['CONNECT', 'TRACE', 'GET /', '', 'G\r\nT'])('refuses the method %j', (method) => {
    expect(() => build({ method })).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
  });

  it('names the origins that may get the credentials', () => {
    expect([...build({}).credentialOrigins]).toEqual(['https://api.example']);
  });
});
