import type { IntegrationDocument } from '../../schemas/integration.js';
import { knownSecrets } from '../credentials/known-secrets.js';
import { errorMessage } from '../error-message.js';
import { isIntegrationError } from '../errors.js';
import { createRedactor } from '../redaction/redactor.js';
import { printable } from './printable.js';

/** What an error says that provider code has thrown: others' words, which may hold the integration's credentials. */
export async function failureText(integration: IntegrationDocument, error: unknown): Promise<string> {
  const secrets = await integration.credentialsArray().then(knownSecrets, () => []);
  const text = printable(createRedactor().text(errorMessage(error), { knownSecrets: secrets }));
  return isIntegrationError(error) ? `${text} [${error.code}]` : text;
}
