import { knownSecrets } from './known-secrets.js';

/**
 * What vendors sign tests with, and everybody knows: Zendesk's, until a webhook is created.
 * https://developer.zendesk.com/documentation/webhooks/verifying/
 */
const published: readonly string[] = ['dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=='];

/** Whether one of the credentials is a webhook secret that everybody knows: its signatures prove nothing. */
export function holdsPublishedSecret(credentials: unknown): boolean {
  const secrets = knownSecrets(credentials);
  return published.some((secret) => secrets.includes(secret));
}
