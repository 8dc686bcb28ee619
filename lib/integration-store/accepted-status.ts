import type { AuthStatus } from '../../schemas/integration.js';

/** The status of an integration whose credentials nothing speaks against. */
export function acceptedStatus(hasTokens: boolean): AuthStatus {
  return hasTokens ? 'connected' : 'none';
}
