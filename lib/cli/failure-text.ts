import type { IntegrationDocument } from '../../schemas/integration.js';
import { knownSecrets } from '../credentials/known-secrets.js';
import { isIntegrationError } from '../errors.js';
import { printable } from './printable.js';
import { redactedMessage } from './redacted-message.js';

/** What an error says that provider code has thrown: others' words, which may hold the integration's credentials. */
export async function failureText(integration: IntegrationDocument, error: unknown): Promise<string> {
  const secrets = await integration.credentialsArray().then(knownSecrets, () => []);
  const text = printable(redactedMessage(error, secrets));
  return isIntegrationError(error) ? `${text} [${error.code}]` : text;
}
