import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  errorTable,
  HttpResponseError,
  IntegrationError,
  isIntegrationError,
  isRetryableError,
  RetriesExhaustedError,
  RetryableError,
  SchemaDriftError,
} from '../../lib/errors.js';

describe('errorTable', () => {
  it.each(Object.entries(errorTable))('%s has a status, a title and a remedy', (code, { status, title, remedy }) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(remedy).toMatch(/^[A-Z].*\.$/);
  });
});

describe('IntegrationError', () => {
  it('tells code, status and remedy of the table, the facts and the cause', () => {
    const cause = new Error('root');
    const error = new IntegrationError('PROVIDER_UNKNOWN', 'No provider "x".', { cause, details: { provider: 'x' } });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'IntegrationError',
      message: 'No provider "x".',
      code: 'PROVIDER_UNKNOWN',
      status: 404,
      remedy: errorTable.PROVIDER_UNKNOWN.remedy,
      details: { provider: 'x' },
    });
    expect(error.cause).toBe(cause);
  });

  it('has no cause unless it was given one, and no details but an empty object', () => {
    const error = new IntegrationError('REQUEST_INVALID', 'x');
    expect(error).not.toHaveProperty('cause');
    expect(error.details).toEqual({});
  });
});

describe('isIntegrationError', () => {
  it('goes by the code, if one is given', () => {
    const error: unknown = new RetryableError('later');
    expect(isIntegrationError(error)).toBe(true);
    expect(isIntegrationError(error, 'RETRYABLE')).toBe(true);
    expect(isIntegrationError(error, 'SCHEMA_DRIFT')).toBe(false);
    expect(isRetryableError(error)).toBe(true);
  });

  it('knows the errors of another installed copy of the package', () => {
    const foreign = { [Symbol.for('express-integrations.error')]: true, code: 'RETRYABLE' };
    expect(isIntegrationError(foreign)).toBe(true);
    expect(isRetryableError(foreign)).toBe(true);
  });

  it.each([new Error('x'), { code: 'RETRYABLE' }, 'RETRYABLE', null, undefined])(
    'does not take %s for one',
    (value) => {
      expect(isIntegrationError(value)).toBe(false);
    },
  );
});

describe('the special errors', () => {
  it('RetryableError says when and how often, and null where it does not', () => {
    expect(new RetryableError('later')).toMatchObject({ retryAfterSeconds: null, maxAttempts: null });
    expect(new RetryableError('later', { retryAfterSeconds: 0, maxAttempts: 2 })).toMatchObject({
      retryAfterSeconds: 0,
      maxAttempts: 2,
    });
  });

  it('RetriesExhaustedError counts the attempts', () => {
    const cause = new Error('root');
    expect(new RetriesExhaustedError(3, cause)).toMatchObject({ code: 'RETRIES_EXHAUSTED', attempts: 3, cause });
  });

  const hidden = 'jane@example.com';

  it.each([
    [
      'HttpResponseError',
      new HttpResponseError('failed', { statusCode: 422, headers: {}, body: { email: hidden } }),
      'body',
    ],
    [
      'SchemaDriftError',
      new SchemaDriftError({
        integrationId: '1',
        endpoint: '/users',
        schemaName: 'User',
        payload: { email: hidden },
        source: 'live',
        violations: ['/name: missing'],
      }),
      'payload',
    ],
  ] as const)('%s keeps what was received for programs, and shows it to no log', (_name, error, member) => {
    expect(Reflect.get(error, member)).toEqual({ email: hidden });
    expect(inspect(error, { depth: 8 })).not.toContain(hidden);
    expect(JSON.stringify(error)).not.toContain(hidden);
    expect(Object.keys(error)).not.toContain(member);
  });

  it('have names that tell them apart in a stack', () => {
    expect(new RetryableError('x').name).toBe('RetryableError');
    expect(new RetriesExhaustedError(1, null).name).toBe('RetriesExhaustedError');
    expect(new HttpResponseError('x', { statusCode: 500, headers: {}, body: null }).name).toBe('HttpResponseError');
  });
});
