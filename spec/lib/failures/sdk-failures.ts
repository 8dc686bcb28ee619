import type { FailureClass } from '../../../lib/types/failure-class.js';

/** The failure of an SDK, in the shape that it has, and what is to be made of it. */
export interface SdkFailure {
  readonly error: unknown;
  readonly failureClass: FailureClass;
  readonly statusCode: number | null;
  /** Seconds that the answer asks to wait. */
  readonly retryAfter?: number;
}

function failed(facts: object, message = 'failed'): Error {
  return Object.assign(new Error(message), facts);
}

const reset = failed({ code: 'ECONNRESET' });

class APIConnectionTimeoutError extends Error {}
class APIUserAbortError extends Error {}

/** Shapes of errors as the SDKs' own sources make them. */
export const sdkFailures: Record<string, SdkFailure> = {
  'Stripe, rate limit': {
    error: failed({
      type: 'StripeRateLimitError',
      rawType: 'rate_limit_error',
      code: 'rate_limit',
      statusCode: 429,
      headers: { 'retry-after': '2' },
      raw: { statusCode: 429, headers: { 'retry-after': '2' } },
    }),
    failureClass: 'throttle',
    statusCode: 429,
    retryAfter: 2,
  },
  'Stripe, what it got is in raw alone': {
    error: failed({ type: 'StripeAPIError', raw: { statusCode: 502, headers: { 'retry-after': '3' } } }),
    failureClass: 'upstream',
    statusCode: 502,
    retryAfter: 3,
  },
  'Stripe, a declined card': {
    error: failed({ type: 'StripeCardError', code: 'card_declined', statusCode: 402 }),
    failureClass: 'client',
    statusCode: 402,
  },
  'Stripe, no connection': {
    error: failed({ type: 'StripeConnectionError', detail: reset, raw: { detail: reset } }),
    failureClass: 'upstream',
    statusCode: null,
  },
  'Stripe, OAuth': {
    error: failed({ type: 'StripeInvalidGrantError', rawType: 'invalid_grant', statusCode: 400 }),
    failureClass: 'auth',
    statusCode: 400,
  },
  'Octokit, an answer': {
    error: failed({
      name: 'HttpError',
      status: 503,
      request: {},
      response: { status: 503, headers: { 'retry-after': '4' } },
    }),
    failureClass: 'upstream',
    statusCode: 503,
    retryAfter: 4,
  },
  'Octokit, no answer': {
    error: failed({
      name: 'HttpError',
      status: 500,
      request: {},
      cause: new TypeError('fetch failed', { cause: reset }),
    }),
    failureClass: 'upstream',
    statusCode: null,
  },
  'Octokit before it had causes, no answer': {
    error: failed({ name: 'HttpError', status: 500, request: {} }),
    failureClass: 'upstream',
    statusCode: null,
  },
  'Octokit, aborted': {
    error: Object.assign(new DOMException('aborted', 'AbortError'), { status: 500 }),
    failureClass: 'cancelled',
    statusCode: null,
  },
  'AWS 3, an error of the server': {
    error: failed({
      name: 'InternalError',
      $fault: 'server',
      $metadata: { httpStatusCode: 500 },
      $response: { headers: {} },
    }),
    failureClass: 'upstream',
    statusCode: 500,
  },
  'AWS 3, throttled with 400': {
    error: failed({ name: 'ThrottlingException', $metadata: { httpStatusCode: 400 }, $response: { statusCode: 400 } }),
    failureClass: 'throttle',
    statusCode: 400,
  },
  'AWS 3, throttled by its own mark': {
    error: failed({ name: 'Odd', $retryable: { throttling: true }, $metadata: { httpStatusCode: 503 } }),
    failureClass: 'throttle',
    statusCode: 503,
  },
  'AWS 3, no answer': {
    error: failed({ name: 'TimeoutError', $metadata: { attempts: 1, totalRetryDelay: 0 } }),
    failureClass: 'upstream',
    statusCode: null,
  },
  'gaxios, a code in text': {
    error: failed({ code: '503', response: { status: 503, headers: new Headers({ 'retry-after': '5' }), data: {} } }),
    failureClass: 'upstream',
    statusCode: 503,
    retryAfter: 5,
  },
  'googleapis, a code alone': { error: failed({ code: 404, errors: [] }), failureClass: 'client', statusCode: 404 },
  'googleapis, throttled with 403': {
    error: failed({ code: 403, errors: [{ domain: 'usageLimits', reason: 'userRateLimitExceeded' }] }),
    failureClass: 'throttle',
    statusCode: 403,
  },
  'google-auth, a refresh token that was revoked': {
    error: failed({ code: '400', status: 400, response: { status: 400, data: { error: 'invalid_grant' } } }),
    failureClass: 'auth',
    statusCode: 400,
  },
  oauth4webapi: {
    error: failed({ code: 'OAUTH_RESPONSE_BODY_ERROR', error: 'invalid_grant', status: 400, response: new Response() }),
    failureClass: 'auth',
    statusCode: 400,
  },
  'fetch, reset': {
    error: new TypeError('fetch failed', { cause: reset }),
    failureClass: 'upstream',
    statusCode: null,
  },
  'undici, a status': {
    error: failed({
      name: 'ResponseError',
      code: 'UND_ERR_RESPONSE',
      statusCode: 429,
      headers: { 'retry-after': '6' },
    }),
    failureClass: 'throttle',
    statusCode: 429,
    retryAfter: 6,
  },
  'undici, aborted': {
    error: failed({ name: 'AbortError', code: 'UND_ERR_ABORTED' }),
    failureClass: 'cancelled',
    statusCode: null,
  },
  'got, a status': {
    error: failed({
      name: 'HTTPError',
      code: 'ERR_NON_2XX_3XX_RESPONSE',
      response: { statusCode: 503, headers: { 'retry-after': '7' } },
    }),
    failureClass: 'upstream',
    statusCode: 503,
    retryAfter: 7,
  },
  'got, cancelled': {
    error: failed({ name: 'CancelError', code: 'ERR_CANCELED' }),
    failureClass: 'cancelled',
    statusCode: null,
  },
  'got, a body that is no JSON': {
    error: failed({ name: 'ParseError', code: 'ERR_BODY_PARSE_FAILURE', response: { statusCode: 200, headers: {} } }),
    failureClass: 'unknown',
    statusCode: 200,
  },
  'ky, a status': {
    error: failed({
      name: 'HTTPError',
      response: new Response(null, { status: 503, headers: { 'retry-after': '8' } }),
    }),
    failureClass: 'upstream',
    statusCode: 503,
    retryAfter: 8,
  },
  'ky, timed out': { error: failed({ name: 'TimeoutError', request: {} }), failureClass: 'upstream', statusCode: null },
  'node-fetch, refused': {
    error: failed({ name: 'FetchError', type: 'system', errno: 'ECONNREFUSED', code: 'ECONNREFUSED' }),
    failureClass: 'upstream',
    statusCode: null,
  },
  'node-fetch 2, timed out': {
    error: failed({ name: 'FetchError', type: 'request-timeout' }),
    failureClass: 'upstream',
    statusCode: null,
  },
  Twilio: { error: failed({ status: 404, code: 20404, moreInfo: '' }), failureClass: 'client', statusCode: 404 },
  'Postmark, whose codes are no statuses': {
    error: failed({ code: 406, statusCode: 422 }),
    failureClass: 'client',
    statusCode: 422,
  },
  'Slack, a status': {
    error: failed({ code: 'slack_webapi_http_error', statusCode: 503, headers: { 'retry-after': '9' }, body: '' }),
    failureClass: 'upstream',
    statusCode: 503,
    retryAfter: 9,
  },
  'Slack, throttled': {
    error: failed({ code: 'slack_webapi_rate_limited_error', retryAfter: 30 }),
    failureClass: 'throttle',
    statusCode: null,
    retryAfter: 30,
  },
  'Slack, reset': {
    error: failed({ code: 'slack_webapi_request_error', original: reset }),
    failureClass: 'upstream',
    statusCode: null,
  },
  'Slack, credentials': {
    error: failed({ code: 'slack_webapi_platform_error', data: { ok: false, error: 'invalid_auth' } }),
    failureClass: 'auth',
    statusCode: null,
  },
  'Slack, anything else that it says': {
    error: failed({ code: 'slack_webapi_platform_error', data: { ok: false, error: 'channel_not_found' } }),
    failureClass: 'unknown',
    statusCode: null,
  },
  Boom: { error: failed({ isBoom: true, output: { statusCode: 504 } }), failureClass: 'upstream', statusCode: 504 },
  'OpenAI, timed out': { error: new APIConnectionTimeoutError(), failureClass: 'upstream', statusCode: null },
  'OpenAI, aborted': { error: new APIUserAbortError(), failureClass: 'cancelled', statusCode: null },
};
