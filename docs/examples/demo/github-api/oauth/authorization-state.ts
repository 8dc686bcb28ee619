import type { User } from '../user.js';
import { AuthorizationCodes } from './authorization-codes.js';
import { IssuedTokens } from './issued-tokens.js';
import type { RegisteredApp } from './registered-app.js';

/** Who sits at the browser, and what they do when an app asks them. */
export interface Decision {
  /** `octokit-fixture-user-a` by default, or `octokit-fixture-user-b`. */
  readonly login?: string;
  /** Agrees by default. */
  readonly agrees?: boolean;
  /** What is granted of what is asked for. Default: all of it. */
  readonly scopes?: readonly string[];
}

/** What the routes have in common. */
export interface AuthorizationState {
  readonly users: readonly [User, ...User[]];
  /** By client id. */
  readonly apps: Map<string, RegisteredApp>;
  readonly codes: AuthorizationCodes;
  readonly tokens: IssuedTokens;
  decision: Decision;
}

export function createAuthorizationState(users: readonly [User, ...User[]]): AuthorizationState {
  return { users, apps: new Map(), codes: new AuthorizationCodes(), tokens: new IssuedTokens(), decision: {} };
}
