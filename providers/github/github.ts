import type { HandlesWebhooks, HasOAuth2 } from '../../lib/index.js';
import { connectsByOAuth } from './oauth/connects-by-oauth.js';
import type { GitHubOAuthOptions } from './oauth/oauth-options.js';
import { connectableRestApi, restApi } from './rest-api.js';
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
  /**
   * Your app, that users authorize: integrations then need no `token` in their credentials. Default: none, and each has
   * one.
   */
  readonly oauth?: GitHubOAuthOptions | undefined;
}

/** With an app that users authorize. */
export interface GitHubOptionsWithOAuth<Payloads = GitHubPayloads> extends GitHubOptions<Payloads> {
  readonly oauth: GitHubOAuthOptions;
}

type RestApi = typeof restApi;
type ConnectableRestApi = typeof connectableRestApi;

/** A provider of GitHub, as `createGitHub()` makes it. */
export interface GitHubProvider extends RestApi, HandlesWebhooks<GitHubCredentials, GitHubMetadata> {}

/** One whose integrations users connect, as `createGitHub({ oauth })` makes it. */
export interface ConnectableGitHubProvider
  extends
    ConnectableRestApi,
    HandlesWebhooks<GitHubCredentials, GitHubMetadata>,
    HasOAuth2<GitHubCredentials, GitHubMetadata> {}

/**
 * GitHub's REST API, on github.com or a GitHub Enterprise of your own (`metadata.baseUrl`). A server on a private
 * network must be allowed by the instance: `http: { allowedPrivateHosts: ['ghe.internal'] }`. And its webhooks, for
 * which an application gives handlers:
 *
 *     createIntegrations({ providers: { github: createGitHub({ webhooks: { push: ({ payload }) => … } }) } });
 *
 * With `oauth: { clientId, clientSecret }`, users connect their accounts.
 *
 * @throws IntegrationError `OPTIONS_INVALID`
 * @see https://docs.github.com/en/rest
 */
export function createGitHub<Payloads = GitHubPayloads>(
  options: GitHubOptionsWithOAuth<Payloads>,
): ConnectableGitHubProvider;
export function createGitHub<Payloads = GitHubPayloads>(
  options?: GitHubOptions<Payloads> & { readonly oauth?: undefined },
): GitHubProvider;
export function createGitHub<Payloads = GitHubPayloads>({
  webhooks,
  webhookSecrets,
  oauth,
}: GitHubOptions<Payloads> = {}): GitHubProvider | ConnectableGitHubProvider {
  const secrets = webhookSecrets === undefined ? [] : checkedSecrets(webhookSecrets);
  const receiving = handlesGitHubWebhooks({ handlers: webhooks ?? {}, secrets });
  if (oauth === undefined) return { ...restApi, ...receiving };
  return { ...connectableRestApi, ...receiving, ...connectsByOAuth(oauth) };
}

/** The provider without handlers: what the application has to add is `createGitHub()`'s. */
export const github = createGitHub();
