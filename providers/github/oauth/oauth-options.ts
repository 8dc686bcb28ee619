import { IntegrationError } from '../../../lib/index.js';

/** Your GitHub App, or OAuth app, that users authorize. */
export interface GitHubOAuthOptions {
  /** As in the app's settings: `Iv1.…`, `Iv23…`, `Ov23…`. */
  readonly clientId: string;
  readonly clientSecret: string;
  /**
   * What an OAuth app asks for: `['repo', 'read:org']`. None for a GitHub App, whose permissions are in its settings.
   * Default: none.
   *
   * @see https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
   */
  readonly scopes?: readonly string[];
  /** Further parameters of the authorization URL, such as `{ prompt: 'select_account' }`. Default: none. */
  readonly authorizationParameters?: Readonly<Record<string, string>>;
  /**
   * Where the app is registered: hosts as in `metadata.baseUrl`, with the port if there is one: `['ghe.example.com']`,
   * `['api.octocorp.ghe.com']`. The client secret goes nowhere else. Default: github.com.
   */
  readonly hosts?: readonly string[];
  /**
   * What ends with a connection: `token`, its own tokens; `grant`, all that the user has authorized the app to, so that
   * their other integrations end as well. Default `token`.
   */
  readonly revokes?: 'token' | 'grant';
}

/**
 * The options as they can be used: an empty one is that of an environment variable which is not set.
 *
 * @throws IntegrationError `OPTIONS_INVALID`
 */
export function checkedOAuthOptions(options: GitHubOAuthOptions): GitHubOAuthOptions {
  const { clientId, clientSecret, hosts, revokes = 'token', scopes = [] } = options;
  if (!isText(clientId)) throw invalid('clientId', 'a text that is not empty');
  if (!isText(clientSecret)) throw invalid('clientSecret', 'a text that is not empty');
  if (!isListOf(scopes, isScope)) throw invalid('scopes', 'a list of scopes');
  if (hosts !== undefined && !(isListOf(hosts, isHost) && hosts.length > 0)) throw invalid('hosts', 'a list of hosts');
  if (!['token', 'grant'].includes(revokes)) throw invalid('revokes', "'token' or 'grant'");
  return options;
}

/** One in JavaScript may say anything. */
function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

/** With a comma in it, it would be two. */
function isScope(value: unknown): boolean {
  return typeof value === 'string' && /^[^\s,]+$/.test(value);
}

/** Any host would be `*`: whoever enters a `baseUrl` would be given the secret. */
function isHost(value: unknown): boolean {
  return typeof value === 'string' && /^(?!\*$)[^\s/@?#]+$/.test(value);
}

function invalid(name: string, expected: string): IntegrationError {
  return new IntegrationError('OPTIONS_INVALID', `createGitHub(): oauth.${name}: expected ${expected}.`);
}
