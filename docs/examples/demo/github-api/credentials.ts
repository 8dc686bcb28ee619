import type { Answer } from './answer.js';
import type { ApiRequest } from './api-request.js';
import { badCredentials, requiresAuthentication } from './error-answers.js';
import type { User } from './user.js';

/** Who sends a request. */
export interface Caller {
  readonly token: string;
  readonly user: User;
}

/** The token the recorded requests were sent with. */
export const recordedToken = '0000000000000000000000000000000000000001';

/** The accepted tokens and the accounts they belong to. */
export class Credentials {
  readonly #callers = new Map<string, Caller>();
  readonly #userOf: (token: string) => User | undefined;

  /**
   * The first token belongs to the first user, the second to the second..., starting over when users run out.
   *
   * @param userOf Whose the tokens are that apps were given.
   */
  constructor(tokens: readonly string[], users: readonly User[], userOf: (token: string) => User | undefined) {
    this.#userOf = userOf;
    for (const [index, token] of tokens.entries()) {
      const user = users[index % users.length];
      if (user) this.#callers.set(token, { token, user });
    }
  }

  /** Reads `authorization: Bearer <token>` or `authorization: token <token>`. Gives the caller, or the 401 to answer. */
  identify(request: ApiRequest): { caller: Caller } | { refusal: Answer } {
    const { authorization } = request.headers;
    if (!authorization) return { refusal: requiresAuthentication() };
    const token = /^(?:bearer|token) +(\S+)$/i.exec(authorization)?.[1] ?? '';
    const user = this.#callers.get(token)?.user ?? this.#userOf(token);
    return user ? { caller: { token, user } } : { refusal: badCredentials() };
  }
}
