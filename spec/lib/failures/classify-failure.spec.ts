import { describe, expect, it } from 'vitest';
import {
  CircuitOpenError,
  HttpResponseError,
  IntegrationError,
  RateLimitExceededError,
  RetryableError,
  SchemaDriftError,
} from '../../../lib/errors.js';
import { classifyFailure, classifyStatus, judgeFailure } from '../../../lib/failures/classify-failure.js';
import { failureClasses, type FailureClass } from '../../../lib/types/failure-class.js';
import { sdkFailures } from './sdk-failures.js';

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

const refusal = { integrationId: '1', retryAfterSeconds: 5 };

/** Refusals of retries: the attempts before had failed with anything at all. */
const refusals = (cause?: unknown): [string, Error][] => [
  ['an open circuit', new CircuitOpenError({ ...refusal, openedAt: null, cooldownSeconds: 30, cause })],
  ['an exceeded rate limit', new RateLimitExceededError({ ...refusal, cause })],
];

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
  ['a redirection that was not followed', answeredByUrl(304), 'client'],
  ['an answer that is no JSON', new IntegrationError('RESPONSE_NOT_JSON', 'failed'), 'local'],
  ['a refused grant in the body of a URL call', answeredByUrl(400, { error: 'invalid_grant' }), 'auth'],
  ['another error in the body of a URL call', answeredByUrl(400, { error: 'invalid_scope' }), 'client'],
  ['any other error', new Error('failed'), 'unknown'],
];

function answeredByUrl(statusCode: number, body: unknown = null): Error {
  return new HttpResponseError('failed', { statusCode, headers: {}, body });
}

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

describe('the failure of an SDK', () => {
  it.each(Object.entries(sdkFailures))(
    '%s, is judged by what it holds',
    (_sdk, { error, failureClass, statusCode }) => {
      expect(judgeFailure(error, {})).toEqual({ failureClass, statusCode, isOfProvider: false });
      expect(judgeFailure(new Error('sync failed', { cause: error }), {})).toMatchObject({ failureClass, statusCode });
    },
  );
});

describe('a refusal of ours', () => {
  const causes: [string, unknown][] = [
    ['nothing', undefined],
    ['a 503', answered(503)],
    ['a 401', answered(401)],
    ['a reset', coded('ECONNRESET')],
    ['a RetryableError', new RetryableError('later')],
    ['an abort', new DOMException('aborted', 'AbortError')],
  ];

  it.each(causes)('is local, and has no status, after %s', (_what, cause) => {
    for (const [, error] of refusals(cause)) {
      const verdict = { failureClass: 'local', statusCode: null, isOfProvider: false };
      expect(judgeFailure(error, {})).toEqual(verdict);
      expect(judgeFailure(new Error('wrapped by a callback', { cause: error }), {})).toEqual(verdict);
    }
  });

  it('is nothing that a provider is asked about', () => {
    const asked: unknown[] = [];
    const provider = { classifyFailure: (error: unknown) => (asked.push(error), 'upstream' as const) };
    for (const [, error] of refusals(answered(503))) expect(judgeFailure(error, provider).failureClass).toBe('local');
    expect(asked).toEqual([]);
  });
});

describe('the verdict', () => {
  it('has the status that was reported, where the failure has none', () => {
    const hidden = new Error('an SDK that hides it');
    expect(judgeFailure(hidden, {}, 503)).toEqual({ failureClass: 'upstream', statusCode: 503, isOfProvider: false });
    expect(judgeFailure(answered(404), {}, 503)).toMatchObject({ failureClass: 'client', statusCode: 404 });
    expect(judgeFailure(drift, {}, 200)).toMatchObject({ failureClass: 'local', statusCode: 200 });
  });

  it.each(failureClasses)('says that it is of the provider: %s', (failureClass) => {
    const provider = { classifyFailure: () => failureClass };
    expect(judgeFailure(answered(503), provider)).toEqual({ failureClass, statusCode: 503, isOfProvider: true });
  });

  it.each<[string, () => unknown]>([
    ['undefined', () => undefined],
    ['a name that is none', () => 'weird'],
    ['a number', () => 7],
    ['an object', () => ({})],
    ['a promise', async () => 'auth'],
    ['a promise that rejects', () => Promise.reject(new Error('a bug of the provider'))],
  ])('is ours where the provider says %s', (_rubbish, hook) => {
    const provider = { classifyFailure: hook as () => FailureClass };
    expect(judgeFailure(answered(503), provider)).toMatchObject({ failureClass: 'upstream', isOfProvider: false });
  });

  it('on a response object is that on its status and body', () => {
    const { headers } = new Response();
    expect(judgeFailure(new Response(null, { status: 503 }), {}).failureClass).toBe('upstream');
    expect(judgeFailure({ statusCode: 429, headers }, {}).failureClass).toBe('throttle');
    expect(judgeFailure({ status: 400, headers, data: { error: 'invalid_grant' } }, {}).failureClass).toBe('auth');
  });

  it.each([
    [
      'a Proxy that refuses',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('no');
          },
          has: () => {
            throw new Error('no');
          },
        },
      ),
    ],
    [
      'a getter that throws',
      Object.defineProperty(new Error('x'), 'status', {
        get: () => {
          throw new Error('no');
        },
      }),
    ],
    ['nothing', undefined],
  ])('can be passed on %s', (_what, failure) => {
    expect(judgeFailure(failure, {})).toMatchObject({ failureClass: 'unknown', statusCode: null });
  });
});

describe('classifyStatus', () => {
  it.each([null, 100, 200, 204, 304, 399])('tells of no failure for %s', (status) => {
    expect(classifyStatus(status)).toBeNull();
  });
});
