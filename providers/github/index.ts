/**
 * The built-in provider for GitHub: `createIntegrations({ providers: { github } })`.
 *
 * @module
 */
export { github } from './github.js';
export { issueSynced, type GitHubAccount, type GitHubIssue, type GitHubLabel } from './issues/github-issue.js';
export type { GitHubCredentials, GitHubMetadata } from './types.js';
