import { isIntegrationError } from '../errors.js';
import { causeChain, property } from './cause-chain.js';

/** System calls, Node's resolver, undici (fetch) and axios: no answer came, and another try may get one. */
const codes = new Set([
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
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ERR_NETWORK',
]);

/** Did the call fail because no (complete) answer came: refused, reset, unresolved, timed out? */
export function isConnectionFailure(error: unknown): boolean {
  return causeChain(error).some((link) => {
    if (isIntegrationError(link, 'ATTEMPT_TIMEOUT') || property(link, 'name') === 'TimeoutError') return true;
    const code = property(link, 'code');
    return typeof code === 'string' && codes.has(code);
  });
}
