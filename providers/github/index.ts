/**
 * The built-in provider for GitHub: `createIntegrations({ providers: { github } })`, or, with handlers of webhooks,
 * `createGitHub({ webhooks })`.
 *
 * @module
 */
export { createGitHub, github, type GitHubOptions, type GitHubProvider } from './github.js';
export { issueSynced, type GitHubAccount, type GitHubIssue, type GitHubLabel } from './issues/github-issue.js';
export type { GitHubCredentials, GitHubIntegration, GitHubMetadata } from './types.js';
export { readGitHubWebhook, type GitHubWebhook, type GitHubWebhookHandlers } from './webhooks/github-webhook.js';
export type {
  GitHubComment,
  GitHubCommit,
  GitHubPayload,
  GitHubPayloads,
  GitHubPullRequest,
  GitHubRepository,
} from './webhooks/payloads.js';
