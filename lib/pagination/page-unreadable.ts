import { IntegrationError } from '../errors.js';

export function pageUnreadable(message: string, cause?: unknown): IntegrationError<'PAGE_UNREADABLE'> {
  return new IntegrationError('PAGE_UNREADABLE', message, cause === undefined ? {} : { cause });
}
