import { IntegrationError } from '../errors.js';

/** A webhook is not stored, or nobody knows: its sender has to try again. */
export function notStored(message: string, cause?: unknown): IntegrationError {
  return new IntegrationError('WEBHOOK_NOT_STORED', message, cause === undefined ? {} : { cause });
}
