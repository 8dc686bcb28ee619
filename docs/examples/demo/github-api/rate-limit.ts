import { json, type Answer } from './answer.js';
import type { Caller } from './credentials.js';

interface Window {
  readonly resource: string;
  readonly limit: number;
  used: number;
  /** Milliseconds since the epoch. */
  readonly resetAt: number;
}

const hour = 3_600_000;
const minute = 60_000;

/** GitHub's primary rate limit: so many requests per token and hour, and fewer searches per minute. */
export class RateLimit {
  readonly #limits: Readonly<Record<'core' | 'search', { limit: number; ms: number }>>;
  readonly #windows = new Map<string, Window>();

  /** @param limit Requests per token and hour; searches have their own limit of 30 per minute */
  constructor(limit: number) {
    this.#limits = { core: { limit, ms: hour }, search: { limit: 30, ms: minute } };
  }

  /** The 403 to answer when the caller has used up the limit; undefined otherwise. */
  refuse(caller: Caller, path: string): Answer | undefined {
    const { limit, used } = this.#window(caller, path);
    if (used < limit) return undefined;
    return json(403, {
      message: `API rate limit exceeded for user ID ${String(caller.user.id)}.`,
      documentation_url: 'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api',
      status: '403',
    });
  }

  /** Counts one request. */
  charge(caller: Caller, path: string): void {
    this.#window(caller, path).used += 1;
  }

  /** `x-ratelimit-*` as they stand; `x-ratelimit-reset` in seconds since the epoch. */
  headers(caller: Caller, path: string): Record<string, string> {
    const { resource, limit, used, resetAt } = this.#window(caller, path);
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(limit - used),
      'x-ratelimit-used': String(used),
      'x-ratelimit-reset': String(Math.ceil(resetAt / 1000)),
      'x-ratelimit-resource': resource,
    };
  }

  #window({ token }: Caller, path: string): Window {
    const resource = path.startsWith('/search/') ? 'search' : 'core';
    const key = `${resource} ${token}`;
    const current = this.#windows.get(key);
    if (current && current.resetAt > Date.now()) return current;
    const { limit, ms } = this.#limits[resource];
    const fresh = { resource, limit, used: 0, resetAt: Date.now() + ms };
    this.#windows.set(key, fresh);
    return fresh;
  }
}
