/**
 * The built-in provider for GitHub: `createIntegrations({ providers: { github } })`.
 *
 * @module
 */
export { github } from './github.js';
export type { GitHubCredentials, GitHubMetadata } from './types.js';
