import type { ResponseMetadata } from '../context.js';
import type { HeaderValues } from './header-values.js';
import { parseStructuredList } from './structured-list.js';
import { resetTime } from './reset-time.js';
import { parseRetryAfter } from './retry-after.js';

/** What an answer says of one budget. */
interface Allowance {
  readonly remaining: number;
  /** When there is more of it again. */
  readonly resetAt: Date | null;
}

type Reader = (headers: HeaderValues, now: number) => Allowance[];

/**
 * What the headers of an answer say about rate limits, for providers that do not read their own: `Retry-After`, the
 * `RateLimit` of the IETF, and what GitHub, Zendesk and Shopify send, which many others do as well. Of several budgets
 * the most restrictive counts; what is malformed or ambiguous is ignored.
 *
 * @param now Milliseconds since the epoch.
 */
export function rateLimitHeaders(headers: HeaderValues, now: number): ResponseMetadata {
  // Most answers say nothing, and every answer is asked.
  if (![...headers.keys()].some((name) => telling.test(name))) return nothing;
  const retryAfter = first(headers, 'retry-after');
  const retryAfterMs = retryAfter === '' ? null : parseRetryAfter(retryAfter, now);
  const [tightest] = readers.flatMap((read) => read(headers, now)).sort(byRestriction);
  return {
    ...(retryAfterMs !== null && Number.isFinite(retryAfterMs) && { retryAfterSeconds: retryAfterMs / 1000 }),
    ...(tightest !== undefined && { rateLimitRemaining: tightest.remaining }),
    ...(tightest?.resetAt instanceof Date && { rateLimitResetAt: tightest.resetAt }),
  };
}

/** In every name that is read here. */
const telling = /^retry-after$|rate-?limit|call-limit/;
const nothing: ResponseMetadata = {};

/** The fewest remaining first; of those the latest reset. */
function byRestriction(one: Allowance, other: Allowance): number {
  return one.remaining - other.remaining || timeOf(other) - timeOf(one);
}

function timeOf({ resetAt }: Allowance): number {
  return resetAt?.getTime() ?? 0;
}

/**
 * `RateLimit: "default";r=50;t=30` and `RateLimit-Policy: "default";q=100;w=60`.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/10/
 */
const ietf: Reader = (headers, now) => {
  if (!headers.has('ratelimit')) return [];
  const policies = parseStructuredList(all(headers, 'ratelimit-policy')) ?? [];
  const limits = parseStructuredList(all(headers, 'ratelimit')) ?? [];
  const allowances = limits.map(({ value, parameters }): Allowance | 'malformed' | null => {
    const policy = policies.find((each) => each.value === value)?.parameters;
    const remaining = parameters.get('r');
    if (typeof value !== 'string' || !isCount(remaining)) return 'malformed';
    // Bytes, or requests at the same time: another budget than that of calls.
    if ((policy?.get('qu') ?? 'requests') !== 'requests') return null;
    // The whole window, where it is not said how much of it is left.
    const seconds = parameters.get('t') ?? policy?.get('w');
    return { remaining, resetAt: isCount(seconds) ? resetTime(String(seconds), { now, isDelta: true }) : null };
  });
  return allowances.includes('malformed') ? [] : allowances.filter((each) => each !== null && each !== 'malformed');
};

/**
 * `x-ratelimit-remaining` and `-reset`: GitHub's reset is in seconds since the epoch, that of others may be anything.
 *
 * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
const github: Reader = (headers, now) => {
  // Search, GraphQL and others have budgets of their own: an exhausted one must not hold up all calls.
  if ((first(headers, 'x-ratelimit-resource') || 'core') !== 'core') return [];
  return pair(first(headers, 'x-ratelimit-remaining'), first(headers, 'x-ratelimit-reset'), { now, isDelta: false });
};

/**
 * `ratelimit-remaining` and `-reset` (seconds from now, as in the IETF's drafts up to 7), `x-rate-limit-remaining`, and
 * `zendesk-ratelimit-<endpoint>: total=100; remaining=99; resets=41`.
 *
 * @see https://developer.zendesk.com/api-reference/introduction/rate-limits/
 */
const zendesk: Reader = (headers, now) => {
  const reset = first(headers, 'ratelimit-reset');
  const options = { now, isDelta: true };
  const ofEndpoints = [...headers].filter(([name]) => name.startsWith('zendesk-ratelimit-'));
  return [
    ...pair(first(headers, 'ratelimit-remaining'), reset, options),
    ...pair(first(headers, 'x-rate-limit-remaining'), reset, options),
    ...ofEndpoints.flatMap(([, [value = '']]) => pair(fieldOf(value, 'remaining'), fieldOf(value, 'resets'), options)),
  ];
};

/** A bucket that leaks two calls a second: when it is full, there is room for the next one after half a second. */
const leakPerSecond = 2;

/** `x-shopify-shop-api-call-limit: 32/40` @see https://shopify.dev/docs/api/admin-rest/usage/rate-limits */
const shopify: Reader = (headers, now) => {
  const [, used, size] = /^ *(\d{1,9})\/(\d{1,9}) *$/.exec(first(headers, 'x-shopify-shop-api-call-limit')) ?? [];
  if (used === undefined || size === undefined) return [];
  const remaining = Math.max(0, Number(size) - Number(used));
  return [{ remaining, resetAt: remaining === 0 ? new Date(now + 1000 / leakPerSecond) : null }];
};

const readers: readonly Reader[] = [ietf, github, zendesk, shopify];

function pair(remaining: string, reset: string, options: Parameters<typeof resetTime>[1]): Allowance[] {
  if (!/^\d{1,15}$/.test(remaining)) return [];
  return [{ remaining: Number(remaining), resetAt: resetTime(reset, options) }];
}

/** One of the `name=value` pairs of Zendesk. */
function fieldOf(text: string, name: string): string {
  const fields = text.split(';').map((field) => field.trim().split('='));
  return fields.find(([key]) => key === name)?.[1] ?? '';
}

function first(headers: HeaderValues, name: string): string {
  return headers.get(name)?.[0]?.trim() ?? '';
}

/** A list may come in several lines. */
function all(headers: HeaderValues, name: string): string {
  return headers.get(name)?.join(', ') ?? '';
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
