import type { IntegrationDocument } from '../../lib/index.js';

/** The opened credentials of a GitHub integration. Without OAuth `token` is always there. */
export interface GitHubCredentials {
  /** A token that GitHub's REST API takes, of any kind. */
  token?: string;
  /** What GitHub signs the webhooks of this integration with. */
  webhookSecret?: string;
  /** Is valid as well, while the secret is being replaced. */
  previousWebhookSecret?: string;
  /** Of the connection by OAuth, where there is one. */
  readonly accessToken?: string;
}

/** The metadata of a GitHub integration: what it is about, and where. */
export interface GitHubMetadata {
  /** Organisation or user; fills `{owner}` in paths. */
  owner?: string;
  /** Name of the repository without the owner; fills `{repo}` in paths. */
  repo?: string;
  /** Id of the installation of your GitHub App; webhooks of the app are found by it. */
  installationId?: number;
  /** Root of the REST API of a GitHub Enterprise; absent: that of github.com. */
  baseUrl?: string;
}

/** An integration of this provider. */
export type GitHubIntegration = IntegrationDocument<GitHubCredentials, GitHubMetadata>;
