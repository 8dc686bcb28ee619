import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { CallPriority, RequestContext } from '../context.js';
import type { InferSchema, JsonSchema } from './json.js';
import type { IdOrDocument, PolymorphicTarget } from './polymorphic.js';

/** A class that makes a typed value out of a payload, or throws. */
export interface FromPayload<T> {
  from(payload: unknown): T;
}

/** What a response can be checked against: a Standard Schema (zod, valibot, …), a class with `from`, a JSON Schema. */
export type ResponseSchema = StandardSchemaV1 | FromPayload<unknown> | JsonSchema;

/** How a response body is read; `auto` goes by the answer's Content-Type. */
export type ResponseType = 'auto' | 'json' | 'text' | 'binary' | 'stream';

/** Settings of a single call; what is absent comes from the instance's options. */
export interface CallOptions {
  /** Longest time for one attempt, in milliseconds. */
  readonly timeoutMs?: number;
  /** Longest time for the whole call, retries and waiting included, in milliseconds. */
  readonly deadlineMs?: number;
  /** Aborts the call. */
  readonly signal?: AbortSignal;
  /** Headers added to a URL call. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Query parameters added to a URL call, whatever its verb. */
  readonly query?: Readonly<Record<string, unknown>>;
  /** How the body is read; default `auto`: JSON, text or binary by Content-Type. */
  readonly responseType?: ResponseType;
  /**
   * The value of a URL call is `{ statusCode, headers, body }` instead of the body alone, also for `as()` and
   * `withCache()`: for APIs that say in headers where the next page is. Names of headers are in lower case. Default
   * false.
   */
  readonly wholeResponse?: boolean;
  /** Largest response body, in bytes. */
  readonly maxResponseBytes?: number;
  /** How long each attempt waits at most for the rate limits, in seconds; 0: not at all. */
  readonly maxWaitSeconds?: number;
  /**
   * Who goes first where the rate limits hold calls back. Default: `background` in `inBackground()`, else
   * `interactive`.
   */
  readonly priority?: CallPriority;
}

/** A callback over any SDK. */
export type RequestCallback<T> = (context: RequestContext) => T | PromiseLike<T>;

/** Seconds from now, or the instant itself. */
export type CacheTtl = number | Date;

/** How a response is remembered. */
export interface CacheOptions {
  /**
   * How long an expired one is served where the call fails, in seconds. Default: the option
   * `cache.staleIfErrorSeconds`.
   */
  readonly staleIfErrorSeconds?: number;
  /** Names to forget it by: `integrations.cache.invalidate(integration, { tag })`. At most 20 of 200 characters. */
  readonly tags?: readonly string[];
  /** Remembers the responses of other methods than GET and HEAD too: a search that is a POST, an operation of an SDK. */
  readonly anyMethod?: boolean;
}

/** What a call with an idempotency key does when there was one before. */
export interface IdempotencyOptions {
  /**
   * `conflict`: raises `IdempotencyConflictError`, which has the state and result of the other. `result`: gives its
   * kept result, and waits for it where the other is under way. Default `conflict`.
   */
  readonly onRepeat?: 'conflict' | 'result';
}

interface BuilderSteps<Self> {
  /** Query parameters of a GET or HEAD, the body of other verbs, and values for the path's `{placeholders}`. */
  withData(data: unknown): Self;
  /** How often the call is tried at most, 1 to 100. Default: 3 for GET and HEAD, 1 for other verbs. */
  withAttempts(attempts: number): Self;
  /** How long the response may be served again, instead of asking the other API. */
  withCache(ttl: CacheTtl, options?: CacheOptions): Self;
  /** A key of 1 to 191 characters: the integration makes a write of that key at most once. Null means none. */
  withIdempotencyKey(key: string | null | undefined, options?: IdempotencyOptions): Self;
  /** Links the logged request to a record of the application. */
  relatedTo(record: PolymorphicTarget | null): Self;
  /** Links the logged request to the earlier one that it repeats. */
  retryOf(request: IdOrDocument | null): Self;
  /** Timeouts, headers, response type and the like. */
  withOptions(options: CallOptions): Self;
}

/** Collects one call; every step gives a new builder, so that a half-built one can be shared. */
export interface RequestBuilder extends BuilderSteps<RequestBuilder> {
  /** Checks and types the response; one that does not fit raises `SchemaDriftError`. */
  as<T>(schema: StandardSchemaV1<unknown, T> | FromPayload<T>): TypedRequestBuilder<T>;
  as<const Schema extends JsonSchema>(schema: Schema): TypedRequestBuilder<InferSchema<Schema>>;
  get: RequestVerb;
  post: RequestVerb;
  put: RequestVerb;
  patch: RequestVerb;
  delete: RequestVerb;
  /** Like the verbs, with a method of its own: an HTTP verb, or the name of an SDK operation. */
  execute(method: string, urlOrPath?: string): Promise<unknown>;
  execute<T>(method: string, callback: RequestCallback<T>): Promise<T>;
}

/** A {@link RequestBuilder} that knows its response; null where the answer had no body. */
export interface TypedRequestBuilder<T> extends BuilderSteps<TypedRequestBuilder<T>> {
  get: TypedRequestVerb<T>;
  post: TypedRequestVerb<T>;
  put: TypedRequestVerb<T>;
  patch: TypedRequestVerb<T>;
  delete: TypedRequestVerb<T>;
  execute(method: string, target?: string | RequestCallback<unknown>): Promise<T | null>;
}

/** Runs the call: nothing (the endpoint is the path), a URL or path, or a callback. */
export interface RequestVerb {
  (urlOrPath?: string): Promise<unknown>;
  <T>(callback: RequestCallback<T>): Promise<T>;
}

/** Runs the call; null where the answer had no body. */
export type TypedRequestVerb<T> = (target?: string | RequestCallback<unknown>) => Promise<T | null>;

/** The low-level form of a call, below the builder. */
export interface RequestOptions extends CallOptions {
  /** Logical label, or the path itself where neither `url` nor `callback` is given. */
  readonly endpoint: string;
  /** HTTP verb or SDK operation; default `GET`. */
  readonly method?: string;
  /** Path or absolute URL, where it differs from the endpoint. */
  readonly url?: string;
  /** The call itself, over any SDK. */
  readonly callback?: RequestCallback<unknown>;
  readonly data?: unknown;
  readonly schema?: ResponseSchema;
  readonly attempts?: number;
  readonly cache?: CacheTtl;
  readonly cacheOptions?: CacheOptions;
  readonly idempotencyKey?: string | null;
  readonly onRepeat?: IdempotencyOptions['onRepeat'];
  readonly related?: PolymorphicTarget | null;
  readonly retryOf?: IdOrDocument | null;
}
