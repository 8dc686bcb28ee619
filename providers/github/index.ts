/**
 * The built-in provider for GitHub: `createIntegrations({ providers: { github } })`, or, with handlers of webhooks or
 * an app that users authorize, `createGitHub({ webhooks, oauth })`.
 *
 * @module
 */
export {
  createGitHub,
  github,
  type ConnectableGitHubProvider,
  type GitHubOptions,
  type GitHubOptionsWithOAuth,
  type GitHubProvider,
} from './github.js';
export { issueSynced, type GitHubAccount, type GitHubIssue, type GitHubLabel } from './issues/github-issue.js';
export type { GitHubOAuthOptions } from './oauth/oauth-options.js';
export type { GitHubCredentials, GitHubIntegration, GitHubMetadata } from './types.js';
export {
  readGitHubWebhook,
  type GitHubActionOf,
  type GitHubPayloadOf,
  type GitHubWebhook,
  type GitHubWebhookHandlers,
  type GitHubWebhookType,
} from './webhooks/github-webhook.js';
export type {
  GitHubAccessibleRepository,
  GitHubActionPayload,
  GitHubComment,
  GitHubCommit,
  GitHubInstallationPayload,
  GitHubKnownPayloads,
  GitHubOtherEvent,
  GitHubPayload,
  GitHubPayloads,
  GitHubPullRequest,
  GitHubRepository,
  GitHubRepositoryPayload,
} from './webhooks/payloads.js';
