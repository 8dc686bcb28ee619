import type { HandlesWebhooks } from '../../lib/index.js';
import { restApi } from './rest-api.js';
import type { GitHubCredentials, GitHubMetadata } from './types.js';
import type { GitHubWebhookHandlers } from './webhooks/github-webhook.js';
import { checkedSecrets, handlesGitHubWebhooks } from './webhooks/handles-webhooks.js';
import type { GitHubPayloads } from './webhooks/payloads.js';

/** What an application adds to the provider. */
export interface GitHubOptions<Payloads = GitHubPayloads> {
  /**
   * Handlers of webhooks by the type of event, such as `push`, `issues` or `issues.opened`; what has no handler is kept
   * and ignored. Called again after a crash: see `WebhookHandler`. Default: none.
   */
  readonly webhooks?: GitHubWebhookHandlers<Payloads>;
  /**
   * The webhook secret of your GitHub App, or the one that all webhooks share; several while it is being replaced, at
   * most ten. Default: each integration has its own in its credentials.
   */
  readonly webhookSecrets?: readonly string[];
}

/** A provider of GitHub, as `createGitHub()` makes it. */
export type GitHubProvider = typeof restApi & HandlesWebhooks<GitHubCredentials, GitHubMetadata>;

/**
 * GitHub's REST API, on github.com or a GitHub Enterprise of your own (`metadata.baseUrl`). A server on a private
 * network must be allowed by the instance: `http: { allowedPrivateHosts: ['ghe.internal'] }`. And its webhooks, for
 * which an application gives handlers:
 *
 *     createIntegrations({ providers: { github: createGitHub({ webhooks: { push: ({ payload }) => … } }) } });
 *
 * @throws IntegrationError `OPTIONS_INVALID`
 * @see https://docs.github.com/en/rest
 */
export function createGitHub<Payloads = GitHubPayloads>({
  webhooks,
  webhookSecrets,
}: GitHubOptions<Payloads> = {}): GitHubProvider {
  const secrets = webhookSecrets === undefined ? [] : checkedSecrets(webhookSecrets);
  return { ...restApi, ...handlesGitHubWebhooks({ handlers: webhooks ?? {}, secrets }) };
}

/** The provider without handlers: what the application has to add is `createGitHub()`'s. */
export const github = createGitHub();
