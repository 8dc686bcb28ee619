import { IntegrationError, verifySignature, type HandlesWebhooks, type WebhookRequest } from '../../../lib/index.js';
import type { GitHubCredentials, GitHubIntegration, GitHubMetadata } from '../types.js';
import { addressees, isAbout, mostLikely } from './addressees.js';
import { readGitHubWebhook, type GitHubWebhook } from './github-webhook.js';
import { webhookFacts } from './webhook-facts.js';

type Webhooks = HandlesWebhooks<GitHubCredentials, GitHubMetadata>;
type Handler = (webhook: GitHubWebhook<never>) => unknown;

export interface WebhookParts {
  /** By the type of event. */
  readonly handlers: Readonly<Record<string, Handler | undefined>>;
  /** Of the application; none: each integration has its own. */
  readonly secrets: readonly string[];
}

/** What makes a provider of GitHub one that receives webhooks. */
export function handlesGitHubWebhooks({ handlers, secrets }: WebhookParts): Webhooks {
  const isOfApplication = secrets.length > 0;
  const contractHandlers = Object.fromEntries(
    Object.entries(handlers).flatMap(([type, handler]) => (handler === undefined ? [] : [[type, called(handler)]])),
  );
  return {
    ...(isOfApplication && { webhookSecretScope: 'application' }),
    verifyWebhookSignature: (integration, request) => isFromGitHub(integration, request, secrets),
    async resolveIntegration(request, directory) {
      const facts = webhookFacts(request);
      const found = await addressees(facts, directory);
      if (isOfApplication) return mostLikely(found)?._id ?? null;
      // Their own secrets tell them apart, so that the name of the repository may tell whom to ask.
      const candidates = found.length > 0 ? found : await addressees({ ...facts, installationId: null }, directory);
      return candidates.length > 0 ? candidates.map(({ _id }) => _id) : null;
    },
    webhookDeliveryId: (request) => webhookFacts(request).deliveryId,
    resolveWebhookEvent(request) {
      const { event, action } = webhookFacts(request);
      return event !== null && action !== null ? `${event}.${action}` : event;
    },
    webhookOrderingKey: (request) => webhookFacts(request).subject,
    webhookHandlers: () => contractHandlers,
    // Without handlers webhooks are kept, and events tell of them.
    handleWebhook: () => Promise.resolve(),
  };
}

/** A handler of one type takes what it asks for: the type tells what the payload is. */
function called(handler: Handler): (integration: GitHubIntegration | null, request: WebhookRequest) => unknown {
  return (integration, request) => handler(readGitHubWebhook(integration, request) as GitHubWebhook<never>);
}

/** Signed with the secret of the integration, or with the application's where the request is about the integration. */
async function isFromGitHub(
  integration: GitHubIntegration | null,
  request: WebhookRequest,
  secrets: readonly string[],
): Promise<boolean> {
  if (integration === null) return isSigned(request, secrets);
  const { webhookSecret = '', previousWebhookSecret = '' } = await integration.getCredentials();
  if (isSigned(request, [webhookSecret, previousWebhookSecret])) return true;
  return isAbout(integration.getMetadata(), webhookFacts(request)) && isSigned(request, secrets);
}

function isSigned({ headers, rawBody }: WebhookRequest, secrets: readonly string[]): boolean {
  return verifySignature('github', { headers, rawBody, secrets }).valid;
}

/**
 * The secrets as they can be used.
 *
 * @throws IntegrationError `OPTIONS_INVALID`
 */
export function checkedSecrets(secrets: readonly string[]): readonly string[] {
  const given: readonly unknown[] = secrets;
  const isUsable = given.every((secret) => typeof secret === 'string' && secret !== '');
  if (isUsable && given.length > 0 && given.length <= maxSecrets) return [...secrets];
  // An empty one is that of an environment variable which is not set.
  throw new IntegrationError(
    'OPTIONS_INVALID',
    `createGitHub(): webhookSecrets: expected one to ${maxSecrets} texts that are not empty.`,
  );
}

const maxSecrets = 10;
