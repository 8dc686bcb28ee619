import type { Agenda } from 'agenda';
import type { Connection } from 'mongoose';
import type { ProviderMap } from '../providers/contracts.js';
import { optionsSchema } from '../schemas/json/options.js';
import { IntegrationError } from './errors.js';
import { compileValidator } from './json-schema/compile-validator.js';
import { describeErrors } from './json-schema/describe-errors.js';
import { isJsonObject } from './plain-object.js';
import type { LoggerLike } from './types/logger.js';
import type { RetentionSettings } from './types/retention-settings.js';
import type { SyncSettings } from './types/sync-settings.js';
import type { OAuthSettings } from './types/oauth-settings.js';
import type { WebhookSettings } from './types/webhook-settings.js';

/** A key that credentials are sealed with. */
export interface EncryptionKey {
  /** Names the key in what it sealed, e.g. `2026-11`; never reuse one for another secret. */
  readonly id: string;
  /** 32 random bytes, in base64: `openssl rand -base64 32`. */
  readonly secret: string;
}

/** Limits of a single call; `withOptions()` sets others for one call. */
export interface RequestLimits {
  /** Longest time for one attempt, in milliseconds. Default 30,000. */
  readonly timeoutMs: number;
  /** Longest time for a whole call, retries and waiting included, in milliseconds. Default 120,000. */
  readonly deadlineMs: number;
  /** Largest response body that is read, in bytes. Default 10,485,760 (10 MiB). */
  readonly maxResponseBytes: number;
}

/** How failed calls are repeated. */
export interface RetryLimits {
  /** Attempts of a GET or HEAD, the first included; 1 to 100. Default 3. */
  readonly readAttempts: number;
  /** Attempts of any other call, the first included; 1 to 100. Default 1: writes are repeated only on request. */
  readonly writeAttempts: number;
  /** Longest wait between two attempts, in milliseconds. Default 60,000. */
  readonly maxDelayMs: number;
  /** Share of a wait that is added at random, so that a fleet does not come back all at once; 0 to 1. Default 0.25. */
  readonly jitter: number;
}

/** How URL calls are sent. */
export interface HttpSettings {
  /** Host names and addresses on private networks that may be called; all others there are refused. Default none. */
  readonly allowedPrivateHosts: readonly string[];
  /** Redirects that a call follows; 0 to 50. Default 5. */
  readonly maxRedirects: number;
  /** The User-Agent header. Default `express-integrations`. */
  readonly userAgent: string;
}

/** How calls are recorded. */
export interface RequestLogSettings {
  /** Bytes of a body that are stored at most; 0 to 1,048,576. Default 65,536 (64 KiB). */
  readonly maxStoredBytes: number;
  /** Writes wait for MongoDB's journal (`j: true`). Default true. */
  readonly journal: boolean;
  /** How long a call waits at most for its entry to be written, in milliseconds. Default 1,000. */
  readonly waitMs: number;
  /** Entries kept in memory while the database is away; further ones are counted and dropped. Default 10,000. */
  readonly maxBuffered: number;
  /** Names of keys whose values are never stored, beside the built-in ones. Default none. */
  readonly redactKeys: readonly string[];
}

/** How calls keep to the limits of the other API. */
export interface RateLimitSettings {
  /** How long an attempt waits at most until the rate limits allow it, in seconds; 0: not at all. Default 10. */
  readonly maxWaitSeconds: number;
}

/** When calls to an API that is down are refused at once. */
export interface CircuitSettings {
  /** False: no call is ever refused, and nothing is counted. Default true. */
  readonly enabled: boolean;
  /** What opens the circuit: the share of failures, or failures in a row. Default `rate`. */
  readonly strategy: 'rate' | 'count';
  /** How far the rate looks back, in seconds; 2 to 600. Default 20. */
  readonly windowSeconds: number;
  /** Share of failed attempts in the window that opens the circuit; above 0, at most 1. Default 0.5. */
  readonly failureRate: number;
  /** Attempts in the window below which the rate opens nothing. Default 10. */
  readonly minimumAttempts: number;
  /** Failed attempts in a row that open the circuit (strategy `count`). Default 5. */
  readonly failureCount: number;
  /** How long an open circuit refuses calls before one may probe, in seconds; at least 2.5. Default 30. */
  readonly cooldownSeconds: number;
}

/** How many failed calls in a row make an integration unhealthy. */
export interface HealthSettings {
  /** Failed calls in a row until `degraded`. Default 5. */
  readonly degradedAfter: number;
  /** Failed calls in a row until `failing`. Default 20. */
  readonly failingAfter: number;
  /** Failed calls in a row until the integration is switched off; null: never. Default 50. */
  readonly disabledAfter: number | null;
}

/** What `checkFailureRate()`, `checkStaleness()` and `incidents.closeStale()` look for. */
export interface MonitoringSettings {
  /** How far back the failure rate looks, in minutes; 1 to 1,440. Default 15. */
  readonly windowMinutes: number;
  /** Share of failed calls from which on the rate is elevated; above 0, at most 1. Default 0.25. */
  readonly failureRate: number;
  /** Calls in the window below which the rate says nothing. Default 20. */
  readonly minimumCalls: number;
  /** Sync intervals without a clean sync after which an integration is stale. Default 10. */
  readonly staleAfterIntervals: number;
  /** Hours without a further signal after which an open incident is closed. Default 72. */
  readonly closeIncidentsAfterHours: number;
}

/** How responses are remembered for `withCache()`. */
export interface CacheSettings {
  /** How long an expired response is served where the call fails, in seconds; 0: not at all. Default 0. */
  readonly staleIfErrorSeconds: number;
  /**
   * How long an expired response is kept that the other API may confirm as unchanged, in seconds. Default 86,400 (a
   * day).
   */
  readonly revalidateSeconds: number;
  /** Largest response that is remembered, in bytes. Default 1,048,576 (1 MiB). */
  readonly maxEntryBytes: number;
  /** One process fetches what several want at the same time, and the others wait for it. Default true. */
  readonly sharedFetch: boolean;
}

/** How writes with an idempotency key are remembered. */
export interface IdempotencySettings {
  /** How long a completed write is remembered, in days. Default 90. */
  readonly retentionDays: number;
  /** How long after its last sign of life the process that writes is taken for dead, in seconds. Default 30. */
  readonly leaseSeconds: number;
  /** Largest result that is kept, in bytes. Default 1,048,576 (1 MiB). */
  readonly maxResultBytes: number;
}

/** How this process does the work in the background. */
export interface JobsSettings {
  /** False: this process enqueues, and runs no jobs; others must. Default true. */
  readonly enabled: boolean;
  /** How often it looks for jobs that it was not told of, in seconds. Default 1. */
  readonly processEverySeconds: number;
  /** How long after its last sign of life the process that runs a job is taken for dead, in seconds. Default 60. */
  readonly lockSeconds: number;
  /** Jobs that run at once in this process, at most; one of each kind always may. Default 20. */
  readonly maxConcurrency: number;
  /** How long failed jobs are kept, in days. Default 7. */
  readonly keepFailedDays: number;
}

/** What `createIntegrations` takes. Read once: later changes of the object have no effect. */
export interface IntegrationsOptions<Providers extends ProviderMap = ProviderMap> {
  /** The application's connection; it may connect later, and it stays the application's to close. */
  readonly connection: Connection;
  /** Providers by registry key: lower-case letters, digits and hyphens. Default none. */
  readonly providers?: Providers | undefined;
  /** The first key seals, all of them open; keep an old one until `rotateKeys()` has finished. */
  readonly encryptionKeys: readonly EncryptionKey[];
  /** Begins the names of collections and models. Default `integration`: `integrations`, `integration_requests`, …. */
  readonly prefix?: string | undefined;
  /**
   * Path of the routes, below where the router is mounted; begins with `/`, does not end with it. Default
   * `/integrations`.
   */
  readonly basePath?: string | undefined;
  /** Where the outside reaches the application, e.g. `https://app.example.com`; for redirect URIs and signatures. */
  readonly publicUrl?: string | undefined;
  /** Whether `start()` creates all indexes; the unique ones it creates always. Default true. */
  readonly autoIndex?: boolean | undefined;
  /** Where the package logs; false: nowhere. Default: a winston logger on the console. */
  readonly logger?: LoggerLike | false | undefined;
  readonly requests?: Partial<RequestLimits> | undefined;
  readonly retry?: Partial<RetryLimits> | undefined;
  readonly http?: Partial<HttpSettings> | undefined;
  readonly requestLog?: Partial<RequestLogSettings> | undefined;
  readonly rateLimits?: Partial<RateLimitSettings> | undefined;
  readonly circuit?: Partial<CircuitSettings> | undefined;
  readonly health?: Partial<HealthSettings> | undefined;
  readonly monitoring?: Partial<MonitoringSettings> | undefined;
  readonly cache?: Partial<CacheSettings> | undefined;
  readonly idempotency?: Partial<IdempotencySettings> | undefined;
  /** An Agenda of the application's own, which it starts and stops; default: one on `connection`. */
  readonly agenda?: Agenda | undefined;
  readonly jobs?: Partial<JobsSettings> | undefined;
  readonly sync?: Partial<SyncSettings> | undefined;
  readonly webhooks?: Partial<WebhookSettings> | undefined;
  readonly retention?: Partial<RetentionSettings> | undefined;
  /** How integrations are connected by OAuth 2, and kept connected. */
  readonly oauth?: Partial<OAuthSettings> | undefined;
}

/** {@link IntegrationsOptions} with every default filled in. */
export interface ResolvedOptions {
  readonly connection: Connection;
  readonly providers: ProviderMap;
  readonly encryptionKeys: readonly EncryptionKey[];
  readonly prefix: string;
  readonly basePath: string;
  /** Without a slash at the end; null: not given. */
  readonly publicUrl: string | null;
  readonly autoIndex: boolean;
  /** Null: not given. */
  readonly logger: LoggerLike | false | null;
  readonly requests: RequestLimits;
  readonly retry: RetryLimits;
  readonly http: HttpSettings;
  readonly requestLog: RequestLogSettings;
  readonly rateLimits: RateLimitSettings;
  readonly circuit: CircuitSettings;
  readonly health: HealthSettings;
  readonly monitoring: MonitoringSettings;
  readonly cache: CacheSettings;
  readonly idempotency: IdempotencySettings;
  /** Null: not given. */
  readonly agenda: Agenda | null;
  readonly jobs: JobsSettings;
  readonly sync: SyncSettings;
  readonly webhooks: WebhookSettings;
  readonly retention: RetentionSettings;
  readonly oauth: OAuthSettings;
}

/**
 * Checks the options and fills in the defaults, once. The host's objects (connection, providers, logger, agenda) are
 * passed on untouched; all else is copied and frozen.
 *
 * @throws IntegrationError `OPTIONS_INVALID`: a line for every wrong option, with its path, what was expected and what
 *   came (of secrets the type alone).
 */
export function resolveOptions(options: IntegrationsOptions): ResolvedOptions {
  const copy = copyOptions(options);
  const problems = describeErrors(compileValidator(optionsSchema, true)(copy), { root: 'options', showValues: true });
  if (problems.length > 0) {
    throw new IntegrationError('OPTIONS_INVALID', `Invalid options: ${problems.join('; ')}`, { details: { problems } });
  }
  // The schema says so; these three have no default in it.
  const resolved = copy as Omit<ResolvedOptions, 'publicUrl' | 'logger' | 'agenda'> &
    Pick<IntegrationsOptions, 'publicUrl' | 'logger' | 'agenda'>;
  const { publicUrl = null, logger = null, agenda = null } = resolved;
  for (const name of ownData) deepFreeze(resolved[name]);
  return Object.freeze({ ...resolved, publicUrl: publicUrl?.replace(/\/+$/, '') ?? null, logger, agenda });
}

/** Plain data, and nobody else's: copied before the defaults are written into it. */
const ownData = [
  'encryptionKeys',
  'requests',
  'retry',
  'http',
  'requestLog',
  'rateLimits',
  'circuit',
  'health',
  'monitoring',
  'cache',
  'idempotency',
  'jobs',
  'sync',
  'webhooks',
  'retention',
  'oauth',
] as const;

function copyOptions(options: unknown): unknown {
  if (!isJsonObject(options)) return options;
  const copy = { ...options };
  for (const name of ownData) if (name in copy) copy[name] = copyData(copy[name]);
  return copy;
}

function copyData(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyData);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copyData(member)]));
}

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  Object.values(value).forEach(deepFreeze);
  Object.freeze(value);
}
