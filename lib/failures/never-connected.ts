import { isIntegrationError } from '../errors.js';
import { property } from './cause-chain.js';
import { failureChain } from './failure-chain.js';

/** The address was not found, or nobody listens there: by system calls, Node's resolver and undici (fetch). */
const unreachable = new Set<unknown>([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The certificate does not convince: TLS ends such a connection before anything is sent over it. */
const untrusted = new Set<unknown>([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Did the call fail before there was a connection that anything could be sent over? Then nothing was. */
export function wasNeverConnected(failure: unknown): boolean {
  return failureChain(failure).some(
    (link) => isIntegrationError(link, 'PRIVATE_HOST_REFUSED') || saysNeverConnected(link) || isOfEachAddress(link),
  );
}

function saysNeverConnected(link: unknown): boolean {
  const code = property(link, 'code');
  return (
    unreachable.has(code) || untrusted.has(code) || (code === 'ETIMEDOUT' && property(link, 'syscall') === 'connect')
  );
}

/** Node tries the addresses of a host in turn, and reports all failures in one. */
function isOfEachAddress(link: unknown): boolean {
  const errors = property(link, 'errors');
  return (
    link instanceof AggregateError && Array.isArray(errors) && errors.length > 0 && errors.every(saysNeverConnected)
  );
}
