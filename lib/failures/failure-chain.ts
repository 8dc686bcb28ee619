import { isIntegrationError, type IntegrationError } from '../errors.js';
import { causeChain } from './cause-chain.js';

/** Did we refuse to send the call: the circuit is open, or the rate limits do not allow it? */
export function isRefusal(error: unknown): error is IntegrationError<'CIRCUIT_OPEN' | 'RATE_LIMIT_EXCEEDED'> {
  return isIntegrationError(error, 'CIRCUIT_OPEN') || isIntegrationError(error, 'RATE_LIMIT_EXCEEDED');
}

/**
 * The cause chain, as far as it tells of this very failure: what a refusal of ours has for a cause is how an earlier
 * attempt failed.
 */
export function failureChain(error: unknown): unknown[] {
  const chain = causeChain(error);
  const refusal = chain.findIndex(isRefusal);
  return refusal === -1 ? chain : chain.slice(0, refusal + 1);
}
