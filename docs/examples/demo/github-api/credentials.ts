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

  /** The first token belongs to the first user, the second to the second..., starting over when users run out. */
  constructor(tokens: readonly string[], users: readonly User[]) {
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
    const caller = this.#callers.get(token);
    return caller ? { caller } : { refusal: badCredentials() };
  }
}
