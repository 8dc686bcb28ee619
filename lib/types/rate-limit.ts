import { IntegrationError } from '../errors.js';

/** All kinds of rate limits. */
export const rateLimitKinds = ['fixed', 'sliding', 'aligned'] as const;

/**
 * How a provider counts:
 *
 * - `fixed`: its counter starts anew with each window, nobody knows when
 * - `sliding`: it looks back over the last window at any time
 * - `aligned`: its windows begin at multiples of their length since the epoch, in UTC: each minute, hour, day
 */
export type RateLimitKind = (typeof rateLimitKinds)[number];

/** How many calls a provider allows in a window of time, and how it counts them. Immutable. */
export class RateLimit {
  private constructor(
    /** Calls per window. */
    readonly limit: number,
    /** Length of the window. */
    readonly seconds: number,
    readonly kind: RateLimitKind,
  ) {}

  static perMinute(limit: number): RateLimit {
    return RateLimit.per(limit, 60);
  }

  static perHour(limit: number): RateLimit {
    return RateLimit.per(limit, 3_600);
  }

  static perDay(limit: number): RateLimit {
    return RateLimit.per(limit, 86_400);
  }

  /**
   * `limit` calls per `seconds`, both positive integers.
   *
   * @throws IntegrationError `PROVIDER_INVALID` for other numbers.
   */
  static per(limit: number, seconds: number): RateLimit {
    for (const [name, value] of Object.entries({ limit, seconds })) {
      if (Number.isInteger(value) && value > 0) continue;
      throw new IntegrationError(
        'PROVIDER_INVALID',
        `RateLimit: ${name} must be a positive integer, got ${String(value)}.`,
      );
    }
    return new RateLimit(limit, seconds, 'fixed');
  }

  /** The same limit, counted by the provider over a rolling window. */
  sliding(): RateLimit {
    return new RateLimit(this.limit, this.seconds, 'sliding');
  }

  /**
   * The same limit, counted by the provider from the full minute, hour or day on, in UTC. Only for a provider that
   * documents it: then the whole limit can be used at once after each beginning.
   */
  aligned(): RateLimit {
    return new RateLimit(this.limit, this.seconds, 'aligned');
  }
}
