import type { Types } from 'mongoose';
import type { ResponseMetadata } from '../lib/context.js';
import type { FailureClass } from '../lib/types/failure-class.js';
import type { JsonSchema, PlainObject } from '../lib/types/json.js';
import type { RateLimit } from '../lib/types/rate-limit.js';
import type { FromPayload } from '../lib/types/request-builder.js';
import type { SyncSession, SyncYield } from '../lib/types/sync-session.js';
import type { IntegrationDocument } from '../schemas/integration.js';
import type { HandlesWebhooks } from './webhook-contracts.js';

export type * from './webhook-contracts.js';

/** A request about to be sent by a URL call. */
export interface OutgoingRequest {
  readonly method: string;
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What a provider may look at to authorize a request. */
export interface AuthorizeFacts<Credentials = PlainObject, Metadata = PlainObject> {
  readonly credentials: Credentials;
  readonly integration: IntegrationDocument<Credentials, Metadata>;
}

/** The head of an answer to a URL call. */
export interface ResponseHead {
  readonly statusCode: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

// Declared as a method, whose parameters are compared both ways: a provider of some metadata is still a provider.
interface BaseUrlMethod<Metadata> {
  baseUrl(metadata: Metadata): string;
}

/** What makes `at('/path').get()` work. */
export interface ProviderHttp<Credentials = PlainObject, Metadata = PlainObject> {
  /** Root of the API; a function where it depends on the integration's metadata. */
  readonly baseUrl: string | BaseUrlMethod<Metadata>['baseUrl'];
  /** Headers of every request, e.g. `accept`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further origins that may get the credentials, e.g. `https://uploads.github.com`. */
  readonly allowedOrigins?: readonly string[];
  /** Adds the credentials; called only for origins that may get them. */
  authorize?(
    request: OutgoingRequest,
    facts: AuthorizeFacts<Credentials, Metadata>,
  ): OutgoingRequest | Promise<OutgoingRequest>;
  /**
   * Where the other API expects idempotency keys, if the provider has `supportsIdempotency`: a header, or a field of an
   * object body. Default: the header `Idempotency-Key`.
   */
  readonly idempotencyKey?: { readonly header: string } | { readonly field: string };
  /** Reads request id and rate limits from an answer, successful or not. */
  responseMetadata?(response: ResponseHead): ResponseMetadata;
}

/** The least a provider has. */
export interface IntegrationProvider<Credentials = PlainObject, Metadata = PlainObject> {
  /** Human-readable. */
  readonly name: string;
  readonly credentialSchema: JsonSchema;
  readonly metadataSchema: JsonSchema;
  /** Builds the typed credentials from the plain object; absent: the plain object. */
  readonly credentialDataClass?: FromPayload<Credentials>;
  /** Builds the typed metadata from the plain object; absent: the plain object. */
  readonly metadataDataClass?: FromPayload<Metadata>;
  readonly http?: ProviderHttp<Credentials, Metadata>;
}

/** What a `sync` may be: a function that dispatches, or a generator that yields what is to be dispatched. */
export type SyncListing = Promise<void> | AsyncIterable<SyncYield>;

/** Lists items on a schedule. */
export interface HasScheduledSync<Credentials = PlainObject, Metadata = PlainObject> {
  /** Lists items and hands each to `session.dispatch`, or yields it; processes nothing. */
  sync(integration: IntegrationDocument<Credentials, Metadata>, session: SyncSession): SyncListing;
  /** Minutes between two syncs; 0: only when asked for, or where the integration has a schedule of its own. */
  defaultSyncInterval(): number;
  /** Null means unlimited. */
  defaultRateLimit(): RateLimit | null;
  /** The next cursor, from the checkpoint values of the items done, in order of dispatch; never called with none. */
  reduceCheckpoints(values: readonly unknown[]): unknown;
  /**
   * Items are listed in ascending order of their checkpoint values: the cursor then moves up to just before the first
   * item that is not done. Absent: it moves only when all items of a run are done.
   */
  readonly checkpointOrder?: 'ascending';
  /** When to sync, as a cron expression in UTC; goes before the minutes. */
  defaultSyncCron?(): string;
  /**
   * The names of the events that it dispatches: it is scheduled only where the application listens to one of them.
   * Absent: where it listens to any sync item.
   */
  syncItemEvents?(): readonly string[];
  /** Attempts of an item, the first included. Absent: the option `sync.itemTries`. */
  itemTries?(): number;
  /** Waits before the second, third, … attempt of an item, in seconds. Absent: the option `sync.itemBackoff`. */
  itemBackoff?(): readonly number[];
  /** What has been seen is remembered, and what a full run does not see any more is reported. */
  readonly detectDeletions?: true;
  /** Payloads of items are sealed at rest, like credentials. */
  readonly sealSyncPayloads?: true;
}

/** Lists only what changed since the last sync; used instead of `sync` where present, but for full runs. */
export interface HasIncrementalSync<Credentials = PlainObject, Metadata = PlainObject> extends HasScheduledSync<
  Credentials,
  Metadata
> {
  syncIncremental(integration: IntegrationDocument<Credentials, Metadata>, session: SyncSession): SyncListing;
}

/** What a token endpoint gave. */
export interface OAuthTokens {
  readonly accessToken: string;
  /** Null: keep the old one. */
  readonly refreshToken: string | null;
  /** Null: it does not say. */
  readonly tokenExpiresAt: Date | null;
  /** What was granted; null or absent: it does not say, which means what was asked for (RFC 6749, section 5.1). */
  readonly scopes?: readonly string[] | null;
  /** Id of the account at the other side; null or absent: it does not say. */
  readonly account?: string | null;
  /** Whatever else `getCredentials()` shall give: the URL of the account's own API, say. Sealed like the tokens. */
  readonly additional?: PlainObject;
}

/** An authorization server, as its answers name it. */
export interface AuthorizationIssuer {
  /** Compared character by character with `iss`. */
  readonly issuer: string;
  /** Its metadata says `authorization_response_iss_parameter_supported`: an answer without `iss` is not its own. */
  readonly isAlwaysSent: boolean;
}

/** Connects by OAuth 2. */
export interface HasOAuth2<Credentials = PlainObject, Metadata = PlainObject> {
  authorizationUrl(
    integration: IntegrationDocument<Credentials, Metadata>,
    redirectUri: string,
    state: string,
    proof: { readonly codeChallenge: string },
  ): string | Promise<string>;
  exchangeCode(
    integration: IntegrationDocument<Credentials, Metadata>,
    code: string,
    redirectUri: string,
    proof: { readonly codeVerifier: string; readonly iss: string | null },
  ): Promise<OAuthTokens>;
  refreshToken(integration: IntegrationDocument<Credentials, Metadata>): Promise<OAuthTokens>;
  revokeToken(integration: IntegrationDocument<Credentials, Metadata>): Promise<void>;
  /** How long before its expiry a token is refreshed, in seconds. */
  refreshThreshold(): number;
  /** The scopes that a connection asks for; fewer may be granted. Absent, or none: it is not known what is asked for. */
  requestedScopes?(integration: IntegrationDocument<Credentials, Metadata>): readonly string[];
  /**
   * No user has to agree (the grant `client_credentials`, say): `refreshToken()` gives the first tokens as well, and
   * needs no refresh token for further ones.
   */
  readonly connectsWithoutUser?: true;
  /**
   * Who answers authorization requests: an answer that says that it is another's is refused before anything is asked
   * for its code (RFC 9207). Absent, or null: it is not known.
   */
  authorizationIssuer?(
    integration: IntegrationDocument<Credentials, Metadata>,
  ): AuthorizationIssuer | null | Promise<AuthorizationIssuer | null>;
}

/** Tells whether the connection works, without a full sync. */
export interface HasHealthCheck<Credentials = PlainObject, Metadata = PlainObject> {
  healthCheck(integration: IntegrationDocument<Credentials, Metadata>): Promise<boolean>;
}

/** Names fields that the request log must not hold, beside the default ones. */
export interface RedactsRequestData {
  /** Dot-notation paths, `*` for every element of an array or every key: `customers.*.email`. */
  sensitiveRequestFields(): readonly string[];
  /** Dot-notation paths, as above. */
  sensitiveResponseFields(): readonly string[];
}

/** The upstream recognises repetitions by the idempotency key. */
export interface SupportsIdempotency {
  readonly supportsIdempotency: true;
}

/** A write of which nobody knows whether it happened. */
export interface UnknownWrite {
  readonly idempotencyKey: string;
  readonly endpoint: string;
  readonly method: string;
  /** The logged request that was to write. */
  readonly requestId: Types.ObjectId;
  /** When it began. */
  readonly createdAt: Date;
  /** What is to be written, where a repetition asks; undefined where an operator does. */
  readonly data: unknown;
}

/** What became of a write: it happened, with this result; or it did not, and may be tried again. */
export type WriteOutcome = { readonly executed: true; readonly result: unknown } | { readonly executed: false };

/** Finds out what became of writes whose answers were lost. */
export interface ReconcilesWrites<Credentials = PlainObject, Metadata = PlainObject> {
  /**
   * Asks the other API, by the key or by what was to be written. Called when no request of the write can be on its way
   * any more, by one process at a time. Null: it cannot tell either.
   */
  reconcileWrite(
    integration: IntegrationDocument<Credentials, Metadata>,
    write: UnknownWrite,
  ): Promise<WriteOutcome | null>;
}

/** Its cached responses are sealed like credentials. */
export interface SealsCachedResponses {
  readonly sealCachedResponses: true;
}

/** Has its own opinion on retries. An `error` is what was thrown, or the failing response that a callback returned. */
export interface CustomizesRetry {
  /** Null: the package decides. */
  isRetryable(error: unknown): boolean | null;
  /** Milliseconds to wait; null: the package decides. */
  retryDelayMs(error: unknown, attempt: number, statusCode: number | null): number | null;
}

/** A rate limit beside the default one. */
export interface RateLimitRule {
  readonly limit: RateLimit;
  /** Whose calls count: patterns of endpoints, `*` for one path segment, `**` for the rest. Default: all. */
  readonly endpoints?: readonly string[];
  /**
   * Who shares the limit: the same key, the same budget, e.g. the id of the OAuth application that all integrations
   * use. Stored hashed. Default: the integration alone.
   */
  readonly applicationKey?: string;
}

// A method for the reason given at `BaseUrlMethod`.
interface RateLimitsMethod<Credentials, Metadata> {
  of(integration: IntegrationDocument<Credentials, Metadata>): readonly RateLimitRule[];
}

/** Declares rate limits without having syncs. */
export interface DeclaresRateLimit<Credentials = PlainObject, Metadata = PlainObject> {
  /** Of all calls of an integration. Null means unlimited. */
  defaultRateLimit(): RateLimit | null;
  /**
   * Further limits, which hold as well: of endpoints, or shared by integrations. Asked before each attempt, so that
   * they may depend on the integration. What throws, or gives anything else, fails the call with `PROVIDER_INVALID`.
   */
  rateLimits?: RateLimitsMethod<Credentials, Metadata>['of'];
}

/** Has its own opinion on failures. An `error` is what was thrown, or the failing response that a callback returned. */
export interface ClassifiesFailures {
  /** Null: the package decides. */
  classifyFailure(error: unknown): FailureClass | null;
}

/** Keeps bodies out of the request log. */
export interface LimitsRequestLogging {
  /** Endpoints whose bodies are not stored; `*` stands for one path segment. */
  unloggedEndpoints(): readonly string[];
  /** Bytes of a response body that are stored at most; null: the instance's option. */
  maxStoredResponseBytes(): number | null;
}

/** Who the credentials act as. */
export interface AuthenticatedUser {
  readonly id: string;
  readonly name?: string;
  readonly email?: string;
  readonly raw: unknown;
}

/** Tells who the credentials act as. */
export interface IdentifiesAuthenticatedUser<Credentials = PlainObject, Metadata = PlainObject> {
  authenticatedUser(integration: IntegrationDocument<Credentials, Metadata>): Promise<AuthenticatedUser>;
}

/** The optional contracts by name. */
export interface CapabilityContracts<Credentials = PlainObject, Metadata = PlainObject> {
  HasScheduledSync: HasScheduledSync<Credentials, Metadata>;
  HasIncrementalSync: HasIncrementalSync<Credentials, Metadata>;
  HandlesWebhooks: HandlesWebhooks<Credentials, Metadata>;
  HasOAuth2: HasOAuth2<Credentials, Metadata>;
  HasHealthCheck: HasHealthCheck<Credentials, Metadata>;
  RedactsRequestData: RedactsRequestData;
  SupportsIdempotency: SupportsIdempotency;
  ReconcilesWrites: ReconcilesWrites<Credentials, Metadata>;
  SealsCachedResponses: SealsCachedResponses;
  CustomizesRetry: CustomizesRetry;
  DeclaresRateLimit: DeclaresRateLimit<Credentials, Metadata>;
  ClassifiesFailures: ClassifiesFailures;
  LimitsRequestLogging: LimitsRequestLogging;
  IdentifiesAuthenticatedUser: IdentifiesAuthenticatedUser<Credentials, Metadata>;
}

/** Name of an optional contract. */
export type CapabilityName = keyof CapabilityContracts;

/** Everything a provider may be, beside {@link IntegrationProvider}. */
export type ProviderCapabilities<Credentials = PlainObject, Metadata = PlainObject> = HasIncrementalSync<
  Credentials,
  Metadata
> &
  HandlesWebhooks<Credentials, Metadata> &
  HasOAuth2<Credentials, Metadata> &
  HasHealthCheck<Credentials, Metadata> &
  RedactsRequestData &
  SupportsIdempotency &
  ReconcilesWrites<Credentials, Metadata> &
  SealsCachedResponses &
  CustomizesRetry &
  DeclaresRateLimit<Credentials, Metadata> &
  ClassifiesFailures &
  LimitsRequestLogging &
  IdentifiesAuthenticatedUser<Credentials, Metadata>;

/**
 * A provider whose capabilities, credentials and metadata are not known at compile time. `object`, because every typed
 * provider fits it, and every integration document may be given to it.
 */
export type AnyProvider = IntegrationProvider<object, object> & Partial<ProviderCapabilities<object, object>>;

/** Providers by registry key. */
export type ProviderMap = Readonly<Record<string, AnyProvider>>;
