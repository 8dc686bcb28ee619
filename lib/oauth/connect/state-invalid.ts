import { IntegrationError } from '../../errors.js';

/** Says the same to whoever tries, for whatever reason; the reason is in `details`, and in the log. */
export function stateInvalid(reason: string, details: Readonly<Record<string, unknown>> = {}): IntegrationError {
  const message = 'The sign-in is unknown, over, or of another browser or user.';
  return new IntegrationError('OAUTH_STATE_INVALID', message, { details: { ...details, reason } });
}
