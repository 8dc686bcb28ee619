import type { Answer } from '../answer.js';
import type { ApiRequest } from '../api-request.js';
import type { User } from '../user.js';
import { createAuthorizationState, type AuthorizationState, type Decision } from './authorization-state.js';
import { answerAuthorization } from './authorize-route.js';
import { registeredApp, type AppSettings, type RegisteredApp } from './registered-app.js';
import { answerDeletion, answerTokenRequest } from './token-routes.js';

/** Where users authorize apps. They decide at once. */
export interface AuthorizationServer {
  register(settings: AppSettings): RegisteredApp;
  /** How users decide from now on. */
  decide(decision: Decision): void;
  /** Eight hours go by, for tokens that expire. */
  expireAccessTokens(): void;
  /** Six months go by. */
  expireRefreshTokens(): void;
}

/** What the API has of it. */
export interface AuthorizationParts {
  readonly authorizationServer: AuthorizationServer;
  /** Undefined: the request is not for it. */
  answerUnauthenticated(request: ApiRequest): Answer | undefined;
  /** Whose token it is, while it is good. */
  userOf(accessToken: string): User | undefined;
}

export function createAuthorizationServer(users: readonly [User, ...User[]]): AuthorizationParts {
  const state = createAuthorizationState(users);
  const { apps, tokens } = state;
  return {
    userOf: (accessToken) => tokens.find(accessToken)?.user,
    answerUnauthenticated: (request) => answer(state, request),
    authorizationServer: {
      register(settings) {
        const app = registeredApp(settings);
        apps.set(app.clientId, app);
        return app;
      },
      decide(decision) {
        state.decision = decision;
      },
      expireAccessTokens: () => tokens.expireAccessTokens(),
      expireRefreshTokens: () => tokens.expireRefreshTokens(),
    },
  };
}

function answer(state: AuthorizationState, request: ApiRequest): Answer | undefined {
  const { method, path } = request;
  if (method === 'GET' && path === '/login/oauth/authorize') return answerAuthorization(state, request);
  if (method === 'POST' && path === '/login/oauth/access_token') return answerTokenRequest(state, request);
  const [, clientId, what] = /^\/applications\/([^/]+)\/(token|grant)$/.exec(path) ?? [];
  if (method !== 'DELETE' || clientId === undefined || what === undefined) return undefined;
  return answerDeletion(state, request, [clientId, what]);
}
