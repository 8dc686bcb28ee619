import { IntegrationError } from '../../errors.js';

/** The error for a value that was given and cannot be taken. The message shows no value. */
export function invalidInput(message: string): IntegrationError {
  return new IntegrationError('CLI_INPUT_INVALID', message);
}

/** The error for a value that nobody gave. */
export function missingInput(message: string): IntegrationError {
  return new IntegrationError('CLI_INPUT_MISSING', message);
}
