import type { Types } from 'mongoose';
import type { CallPriority } from '../context.js';
import { IntegrationError } from '../errors.js';
import type { PolymorphicRef } from '../types/polymorphic.js';
import type {
  CacheOptions,
  CacheTtl,
  CallOptions,
  IdempotencyOptions,
  RequestCallback,
} from '../types/request-builder.js';
import type { ResponseParser } from './response-parser.js';

/** What a call runs: a path or URL over HTTP, or a callback over any SDK. */
export type CallTarget =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'callback'; readonly callback: RequestCallback<unknown> };

/** How the response is to be remembered. */
export interface CacheRequest extends CacheOptions {
  readonly ttl: CacheTtl;
}

/** What a repetition of a write with an idempotency key comes to. */
export type OnRepeat = NonNullable<IdempotencyOptions['onRepeat']>;

/** Everything a caller said about one call; checked, immutable. */
export interface CallSpec {
  readonly endpoint: string;
  readonly method: string;
  readonly target: CallTarget;
  readonly data: unknown;
  readonly parser: ResponseParser | null;
  /** Null: the default of the verb. */
  readonly attempts: number | null;
  readonly cache: CacheRequest | null;
  readonly idempotencyKey: string | null;
  readonly onRepeat: OnRepeat;
  readonly related: PolymorphicRef | null;
  readonly retryOfId: Types.ObjectId | null;
  readonly options: CallOptions;
}

const maxKeyLength = 191;

/** The log holds a subdocument for each attempt. */
const mostAttempts = 100;

/** @throws IntegrationError `REQUEST_INVALID` unless it is an integer from 1 to 100. */
export function checkAttempts(attempts: number): number {
  if (Number.isInteger(attempts) && attempts >= 1 && attempts <= mostAttempts) return attempts;
  throw new IntegrationError(
    'REQUEST_INVALID',
    `attempts must be an integer from 1 to ${String(mostAttempts)}, got ${String(attempts)}.`,
  );
}

/** @throws IntegrationError `REQUEST_INVALID` unless it is null or has 1 to 191 characters. */
export function checkIdempotencyKey(key: string | null | undefined): string | null {
  if (key === null || key === undefined) return null;
  if (typeof key === 'string' && key.length >= 1 && key.length <= maxKeyLength) return key;
  throw new IntegrationError(
    'REQUEST_INVALID',
    `An idempotency key is a string of 1 to ${String(maxKeyLength)} characters, got ${describe(key)}.`,
  );
}

/** @throws IntegrationError `REQUEST_INVALID` unless it is a positive number of seconds or a valid date. */
function checkCacheTtl(ttl: CacheTtl): CacheTtl {
  const valid = ttl instanceof Date ? !Number.isNaN(ttl.getTime()) : Number.isFinite(ttl) && ttl > 0;
  if (valid) return ttl;
  throw new IntegrationError('REQUEST_INVALID', 'A cache lifetime is a positive number of seconds, or a Date.');
}

const maxTags = 20;
const maxTagLength = 200;

/** @throws IntegrationError `REQUEST_INVALID` for a lifetime or options that are none. */
export function checkCache(ttl: CacheTtl, options: CacheOptions = {}): CacheRequest {
  const { staleIfErrorSeconds, tags, anyMethod } = options;
  if (staleIfErrorSeconds !== undefined && !(Number.isFinite(staleIfErrorSeconds) && staleIfErrorSeconds >= 0)) {
    throw new IntegrationError('REQUEST_INVALID', 'staleIfErrorSeconds must be a number from 0.');
  }
  if (tags !== undefined && !areTags(tags)) {
    throw new IntegrationError(
      'REQUEST_INVALID',
      `tags must be a list of at most ${String(maxTags)} strings of 1 to ${String(maxTagLength)} characters.`,
    );
  }
  return {
    ttl: checkCacheTtl(ttl),
    ...(staleIfErrorSeconds !== undefined && { staleIfErrorSeconds }),
    ...(tags !== undefined && { tags: [...tags] }),
    ...(anyMethod !== undefined && { anyMethod }),
  };
}

function areTags(tags: readonly unknown[]): boolean {
  return (
    Array.isArray(tags) &&
    tags.length <= maxTags &&
    tags.every((tag) => typeof tag === 'string' && tag.length >= 1 && tag.length <= maxTagLength)
  );
}

const repetitions: readonly OnRepeat[] = ['conflict', 'result'];

/** @throws IntegrationError `REQUEST_INVALID` for anything else. */
export function checkOnRepeat(onRepeat: OnRepeat = 'conflict'): OnRepeat {
  if (repetitions.includes(onRepeat)) return onRepeat;
  throw new IntegrationError('REQUEST_INVALID', 'onRepeat must be conflict or result.');
}

const priorities: readonly CallPriority[] = ['interactive', 'background'];
const positiveOptions = ['timeoutMs', 'deadlineMs', 'maxResponseBytes'] as const;

/**
 * The options of a call alone, without what else the object holds.
 *
 * @throws IntegrationError `REQUEST_INVALID` for a limit that is no positive number, or a signal that is none.
 */
export function checkCallOptions(options: CallOptions): CallOptions {
  for (const name of positiveOptions) {
    const value = options[name];
    if (value === undefined || (Number.isFinite(value) && value > 0)) continue;
    throw new IntegrationError('REQUEST_INVALID', `${name} must be a positive number, got ${String(value)}.`);
  }
  const { maxWaitSeconds: wait } = options;
  if (wait !== undefined && !(Number.isFinite(wait) && wait >= 0)) {
    throw new IntegrationError('REQUEST_INVALID', `maxWaitSeconds must be a number from 0, got ${String(wait)}.`);
  }
  if (options.priority !== undefined && !priorities.includes(options.priority)) {
    throw new IntegrationError('REQUEST_INVALID', `priority must be ${priorities.join(' or ')}.`);
  }
  if (options.signal !== undefined && !(options.signal instanceof AbortSignal)) {
    throw new IntegrationError('REQUEST_INVALID', `signal must be an AbortSignal, got ${typeof options.signal}.`);
  }
  const { timeoutMs, deadlineMs, maxResponseBytes, signal, headers, query, responseType } = options;
  const { maxWaitSeconds, priority, wholeResponse } = options;
  const others = { maxWaitSeconds, priority, wholeResponse };
  const checked = { timeoutMs, deadlineMs, maxResponseBytes, signal, headers, query, responseType, ...others };
  return Object.fromEntries(Object.entries(checked).filter(([, value]) => value !== undefined));
}

/** @throws IntegrationError `REQUEST_INVALID` when it is empty. */
export function checkLabel(name: 'endpoint' | 'method', label: string): string {
  if (typeof label === 'string' && label.trim() !== '') return label;
  throw new IntegrationError('REQUEST_INVALID', `${name} must be a string that is not empty, got ${describe(label)}.`);
}

/** The kind and size, never the value: keys and labels can be secrets. */
function describe(value: unknown): string {
  return typeof value === 'string' ? `${String(value.length)} characters` : typeof value;
}
