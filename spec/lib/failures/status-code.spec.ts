import { AxiosError, AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import { describe, expect, it } from 'vitest';
import { HttpResponseError, IntegrationError, RetryableError, SchemaDriftError } from '../../../lib/errors.js';
import { statusCodeOf } from '../../../lib/failures/status-code.js';

function wrapped(cause: unknown, levels: number): unknown {
  return Array.from({ length: levels }).reduce((inner) => new Error('wrapped', { cause: inner }), cause);
}

function withStatus(facts: object): Error {
  return Object.assign(new Error('failed'), facts);
}

function axiosError(status: number): AxiosError {
  const config: InternalAxiosRequestConfig = { headers: new AxiosHeaders() };
  const response = { status, statusText: '', headers: {}, config, data: null };
  return new AxiosError('failed', 'ERR_BAD_RESPONSE', config, undefined, response);
}

describe('statusCodeOf', () => {
  it.each([
    ['statusCode', withStatus({ statusCode: 503 })],
    ['status', withStatus({ status: 503 })],
    ['response.status (octokit)', withStatus({ response: { status: 503 } })],
    ['response.statusCode', withStatus({ response: { statusCode: 503 } })],
    ['$metadata.httpStatusCode (AWS)', withStatus({ $metadata: { httpStatusCode: 503 } })],
    ['httpStatusCode', withStatus({ httpStatusCode: 503 })],
    ['an axios error', axiosError(503)],
    ['our own error of a URL call', new HttpResponseError('failed', { statusCode: 503, headers: {}, body: null })],
    ['a thrown object that is no error', { status: 503 }],
    ['raw.statusCode (Stripe)', withStatus({ raw: { statusCode: 503 } })],
    ['output.statusCode (Boom)', withStatus({ output: { statusCode: 503 } })],
    ['code, a number (googleapis)', withStatus({ code: 503 })],
    ['code, text (gaxios)', withStatus({ code: '503' })],
  ])('understands %s', (_where, error) => {
    expect(statusCodeOf(error)).toBe(503);
  });

  it.each([1, 2, 5])('finds the status through %i levels of wrapping', (levels) => {
    expect(statusCodeOf(wrapped(withStatus({ status: 502 }), levels))).toBe(502);
  });

  it('takes the outermost status: 429 outside, 500 inside gives 429', () => {
    const inner = withStatus({ status: 500 });
    expect(statusCodeOf(new Error('x', { cause: Object.assign(withStatus({ status: 429 }), { cause: inner }) }))).toBe(
      429,
    );
  });

  it('does not take the status that our own errors are answered with for one that was received', () => {
    expect(statusCodeOf(new IntegrationError('CONNECTION_FAILED', 'failed'))).toBeNull();
    expect(statusCodeOf(new RetryableError('later'))).toBeNull();
  });

  it('looks through our own errors for what they wrap', () => {
    expect(statusCodeOf(new RetryableError('later', { cause: withStatus({ status: 409 }) }))).toBe(409);
  });

  it('does not take the status of what a schema threw for one of the answer', () => {
    const drift = new SchemaDriftError({
      integrationId: '1',
      endpoint: '/issues',
      schemaName: 'Issue',
      payload: {},
      source: 'live',
      violations: ['/title: missing'],
      cause: withStatus({ status: 422 }),
    });
    expect(statusCodeOf(drift)).toBeNull();
  });

  it.each([
    ['an unknown error', new Error('failed')],
    ['a network error without a response', new AxiosError('failed', 'ECONNRESET')],
    ['a status that is text', withStatus({ status: 'failed' })],
    ['a number that is no HTTP status', withStatus({ status: 0, statusCode: 999 })],
    ['a fraction', withStatus({ status: 404.5 })],
    ['a code that is no status of a failure', withStatus({ code: 200 })],
    ['a code with more digits (Twilio)', withStatus({ code: 20404 })],
    ['a code of a database in text', withStatus({ code: '42501' })],
    ['an abort that Octokit gave a status', withStatus({ name: 'AbortError', status: 500 })],
    ['nothing', undefined],
  ])('is null for %s', (_what, error) => {
    expect(statusCodeOf(error)).toBeNull();
  });
});
