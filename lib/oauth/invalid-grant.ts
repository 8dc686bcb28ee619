import { isIntegrationError } from '../errors.js';
import { answeredErrors } from '../failures/answered-errors.js';
import { causeChain } from '../failures/cause-chain.js';
import { wasNeverConnected } from '../failures/never-connected.js';

/** Whether the other side no longer accepts the grant, or its refresh token: it never will again. */
export function isGrantInvalid(error: unknown): boolean {
  return (
    causeChain(error).some((link) => isIntegrationError(link, 'OAUTH_GRANT_INVALID')) || says(error, 'invalid_grant')
  );
}

/** Whether the other side does not accept our client: a matter of configuration, and of no one grant. */
export function isClientInvalid(error: unknown): boolean {
  const isCoded = causeChain(error).some((link) => isIntegrationError(link, 'OAUTH_CLIENT_INVALID'));
  return isCoded || says(error, 'invalid_client') || says(error, 'unauthorized_client');
}

function says(error: unknown, code: string): boolean {
  return causeChain(error).some((link) => answeredErrors(link).includes(code));
}

/** Whether the other side may have done what it was asked for, although its answer is not there or cannot be used. */
export function isAnswerLost(error: unknown): boolean {
  const isBroken = isIntegrationError(error, 'ATTEMPT_TIMEOUT') || isIntegrationError(error, 'CONNECTION_FAILED');
  if (isBroken) return !wasNeverConnected(error);
  return isIntegrationError(error, 'OAUTH_TOKEN_INVALID') || isIntegrationError(error, 'RESPONSE_TOO_LARGE');
}
