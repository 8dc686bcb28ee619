import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { HttpResponseError } from '../../../lib/errors.js';
import { toResponseError } from '../../../lib/http/response-error.js';

describe('toResponseError', () => {
  const request = { method: 'GET', url: new URL('https://user:s3cret@api.example/x?token=s3cret#s3cret') };
  const response = { statusCode: 404, headers: { 'x-id': '1' }, body: { note: 's3cret' }, rawText: '{}' };

  it('tells what was asked and what came', () => {
    const error = toResponseError(response, request);
    expect(error).toBeInstanceOf(HttpResponseError);
    expect(error.message).toBe('GET https://api.example/x answered 404 Not Found');
    expect([error.statusCode, error.headers, error.body]).toEqual([404, { 'x-id': '1' }, { note: 's3cret' }]);
  });

  it('knows statuses without a name', () => {
    expect(toResponseError({ ...response, statusCode: 599 }, request).message).toMatch(/answered 599$/);
  });

  it('shows neither query, user name nor body', () => {
    const error = toResponseError(response, request);
    expect(inspect(error) + JSON.stringify(error)).not.toContain('s3cret');
  });
});
