import { isIntegrationError } from '../errors.js';
import { property } from './cause-chain.js';
import { classNameOf } from './class-name.js';
import { failureChain } from './failure-chain.js';

/** System calls, Node's resolver, undici (fetch), HTTP/2 and axios: no answer came, and another try may get one. */
const codes = new Set<unknown>([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_HTTP2_STREAM_ERROR',
  'ERR_HTTP2_SESSION_ERROR',
  'ERR_HTTP2_GOAWAY_SESSION',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ERR_NETWORK',
]);

/** By name, type or class: AbortSignal.timeout(), ky, got and AWS; Stripe; OpenAI and Anthropic; node-fetch 2. */
const kinds = new Set<unknown>([
  'TimeoutError',
  'StripeConnectionError',
  'APIConnectionError',
  'APIConnectionTimeoutError',
  'request-timeout',
  'body-timeout',
]);

/** Did the call fail because no (complete) answer came: refused, reset, unresolved, timed out? */
export function isConnectionFailure(error: unknown): boolean {
  return failureChain(error).some(
    (link) =>
      isIntegrationError(link, 'ATTEMPT_TIMEOUT') ||
      codes.has(property(link, 'code')) ||
      kinds.has(property(link, 'name')) ||
      kinds.has(property(link, 'type')) ||
      kinds.has(classNameOf(link)),
  );
}
