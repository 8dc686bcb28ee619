import { describe, expect, it } from 'vitest';
import { IntegrationError, RetryableError, SchemaDriftError } from '../../../lib/errors.js';
import { classifyFailure, classifyStatus } from '../../../lib/failures/classify-failure.js';
import type { FailureClass } from '../../../lib/types/failure-class.js';

function answered(status: number): Error {
  return Object.assign(new Error('failed'), { status });
}

function coded(code: string): Error {
  return Object.assign(new Error('failed'), { code });
}

const drift = new SchemaDriftError({
  integrationId: '1',
  endpoint: '/issues',
  schemaName: 'Issue',
  payload: {},
  source: 'live',
  violations: ['/title: missing'],
});

const table: [string, unknown, FailureClass][] = [
  ['500', answered(500), 'upstream'],
  ['502', answered(502), 'upstream'],
  ['503', answered(503), 'upstream'],
  ['599', answered(599), 'upstream'],
  ['501, which says that it never will', answered(501), 'client'],
  ['429', answered(429), 'throttle'],
  ['401', answered(401), 'auth'],
  ['400', answered(400), 'client'],
  ['403', answered(403), 'client'],
  ["404, the caller's affair", answered(404), 'client'],
  ['422', answered(422), 'client'],
  ['a refused connection', coded('ECONNREFUSED'), 'upstream'],
  ['a connection failure of ours', new IntegrationError('CONNECTION_FAILED', 'failed'), 'upstream'],
  ['an attempt that timed out', new IntegrationError('ATTEMPT_TIMEOUT', 'failed'), 'upstream'],
  ['a deadline that passed', new IntegrationError('DEADLINE_EXCEEDED', 'failed'), 'upstream'],
  ['a RetryableError', new RetryableError('later'), 'upstream'],
  ['a RetryableError around a 404', new RetryableError('later', { cause: answered(404) }), 'client'],
  ['an abort by the caller', new IntegrationError('CALL_ABORTED', 'failed'), 'cancelled'],
  ['the end of the instance', new IntegrationError('INSTANCE_STOPPED', 'failed'), 'cancelled'],
  ['the AbortError of an SDK', new DOMException('aborted', 'AbortError'), 'cancelled'],
  ['a wrapped AbortError', new Error('sdk', { cause: new DOMException('aborted', 'AbortError') }), 'cancelled'],
  ["axios' own abort", coded('ERR_CANCELED'), 'cancelled'],
  ['schema drift', drift, 'local'],
  ['credentials that do not open', new IntegrationError('CREDENTIALS_UNDECRYPTABLE', 'failed'), 'local'],
  ['a TypeError', new TypeError('x is not a function'), 'local'],
  ['a wrapped ReferenceError', new Error('sdk', { cause: new ReferenceError('x') }), 'local'],
  [
    "a bad certificate, in the TypeError of Node's fetch",
    new TypeError('fetch failed', { cause: coded('CERT_HAS_EXPIRED') }),
    'unknown',
  ],
  [
    "a reset, in the TypeError of Node's fetch",
    new TypeError('fetch failed', { cause: coded('ECONNRESET') }),
    'upstream',
  ],
  ['something thrown that is no error', new IntegrationError('NON_ERROR_THROWN', 'x', { cause: 'oops' }), 'unknown'],
  [
    'a thrown object with a status',
    new IntegrationError('NON_ERROR_THROWN', 'x', { cause: { status: 503 } }),
    'upstream',
  ],
  ['any other error', new Error('failed'), 'unknown'],
];

describe('classifyFailure', () => {
  it.each(table)('%s is classified', (_what, error, expected) => {
    expect(classifyFailure(error, {})).toBe(expected);
  });

  it('asks the provider first', () => {
    expect(classifyFailure(answered(400), { classifyFailure: () => 'auth' })).toBe('auth');
  });

  it('decides by itself where the provider has no opinion', () => {
    expect(classifyFailure(answered(503), { classifyFailure: () => null })).toBe('upstream');
  });

  it('decides by itself where the provider names no failure class', () => {
    const provider = { classifyFailure: () => 'weird' as FailureClass };
    expect(classifyFailure(answered(503), provider)).toBe('upstream');
  });

  it('decides by itself where the provider fails to answer', () => {
    const classifyFailureOfProvider = (): never => {
      throw new Error('a bug of the provider');
    };
    expect(classifyFailure(answered(503), { classifyFailure: classifyFailureOfProvider })).toBe('upstream');
  });
});

describe('classifyStatus', () => {
  it.each([null, 100, 200, 204, 304, 399])('tells of no failure for %s', (status) => {
    expect(classifyStatus(status)).toBeNull();
  });
});
