import { errorMessage } from '../error-message.js';
import { createRedactor } from '../redaction/redactor.js';

/** What an error says, without what looks like a secret, and without those that are known. */
export function redactedMessage(error: unknown, knownSecrets: readonly string[] = []): string {
  return createRedactor().text(errorMessage(error), { knownSecrets });
}
