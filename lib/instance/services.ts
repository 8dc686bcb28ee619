import type { Agenda } from 'agenda';
import type {
  CredentialsInputOf,
  CredentialsOf,
  MetadataInputOf,
  MetadataOf,
} from '../../providers/define-provider.js';
import type { ProviderMap } from '../../providers/contracts.js';
import type { ProviderRegistry } from '../../providers/registry.js';
import type { IntegrationDocument } from '../../schemas/integration.js';
import type { IntegrationModels } from '../../schemas/models.js';
import type { IdempotencyService } from '../idempotency/idempotency-service.js';
import type { CacheService } from '../response-cache/cache-service.js';
import type { CircuitService } from '../circuit/circuit-service.js';
import type { KeyUsage } from '../credentials/key-usage.js';
import type { RotateKeysOptions, RotationResult } from '../credentials/rotate-keys.js';
import type { EventHub } from '../event-hub.js';
import type { RateLimitService } from '../rate-limits/rate-limit-service.js';
import type { CreateIntegrationInput } from '../integration-store/create-integration.js';
import type { DeletionResult } from '../integration-store/delete-integration.js';
import type { IntegrationLookup } from '../integration-store/find-integration.js';
import type { ListIntegrationsInput } from '../integration-store/list-integrations.js';
import type { UpdateIntegrationInput } from '../integration-store/update-integration.js';
import type { SessionOption } from '../types/session-option.js';
import type { FailureSummaryOptions } from '../monitoring/failure-summary.js';
import type { FailureRateReport } from '../types/failure-rate-report.js';
import type { FailureSummary } from '../types/failure-summary.js';
import type { MonitoringServices } from '../monitoring/monitoring.js';
import type { Reports } from '../reports/create-reports.js';
import type { SyncServices } from '../sync/create-syncs.js';
import type { RunDueOptions, RunDueResult } from '../types/job-queue.js';
import type { LoggerLike } from '../types/logger.js';
import type { OAuthRouting, OAuthService } from '../oauth/connect/create-connections.js';
import type { Prune } from '../prune/prune.js';
import type { WebhookServices } from '../webhooks/create-webhooks.js';
import type { IdOrDocument } from '../types/polymorphic.js';

/** Whether the parts that the package needs are there. */
export interface ServiceHealth {
  readonly status: 'ok' | 'unavailable';
  readonly database: 'connected' | 'unavailable';
}

/** One provider of an instance: its registry key, and what its schemas come to. */
export interface ProviderEntry {
  readonly key: string;
  readonly credentialsInput: unknown;
  readonly metadataInput: unknown;
  readonly credentials: unknown;
  readonly metadata: unknown;
}

/** The providers of an instance as a union of entries, worked out once: comparing JSON Schemas would cost far more. */
export type EntriesOf<Providers extends ProviderMap> = {
  readonly [Key in keyof Providers & string]: {
    readonly key: Key;
    readonly credentialsInput: CredentialsInputOf<Providers[Key]>;
    readonly metadataInput: MetadataInputOf<Providers[Key]>;
    readonly credentials: CredentialsOf<Providers[Key]>;
    readonly metadata: MetadataOf<Providers[Key]>;
  };
}[keyof Providers & string];

/** The entry of one key. */
export type EntryOf<Entry extends ProviderEntry, Key extends string> = Entry extends { readonly key: infer Known }
  ? Key extends Known
    ? Entry
    : never
  : never;

/** What `create()` takes for one provider: its own credentials and metadata. */
export interface CreateInput<Key extends string, Entry extends ProviderEntry> extends Omit<
  CreateIntegrationInput,
  'provider' | 'credentials' | 'metadata'
> {
  readonly provider: Key;
  readonly credentials: Entry['credentialsInput'];
  readonly metadata?: Entry['metadataInput'] | null;
}

export interface StopOptions {
  /**
   * How long jobs and calls under way may take to end, and then the log to be written, in milliseconds each; default
   * 10,000.
   */
  readonly graceMs?: number;
}

/** The services of one instance, which knows these providers: `Integrations<{ github: typeof github }>`. */
export type Integrations<Providers extends ProviderMap = ProviderMap> =
  // Through `infer`, which leaves no alias: the compiler would compare the arguments of one, JSON Schemas and all.
  EntriesOf<Providers> extends infer Entry extends ProviderEntry ? IntegrationServices<Entry> : never;

/** The services of one instance, by the entries of its providers. */
export interface IntegrationServices<Entry extends ProviderEntry> {
  /** The models, under the names of the contract. */
  readonly models: IntegrationModels;
  readonly providers: ProviderRegistry;
  /** Where the routes are. */
  readonly basePath: string;
  /** Redacts what it writes. */
  readonly logger: LoggerLike;

  /** Adds a listener; the function that comes back removes it. */
  readonly on: EventHub['on'];
  readonly off: EventHub['off'];

  create<Key extends Entry['key']>(
    input: CreateInput<Key, EntryOf<Entry, Key>>,
    options?: SessionOption,
  ): Promise<IntegrationDocument<EntryOf<Entry, Key>['credentials'], EntryOf<Entry, Key>['metadata']>>;
  /** The integration with that id, or the oldest one that fits; null if there is none. */
  find(lookup: IntegrationLookup, options?: SessionOption): Promise<IntegrationDocument | null>;
  /** Raises `INTEGRATION_NOT_FOUND` instead of giving null. */
  findOrFail(lookup: IntegrationLookup, options?: SessionOption): Promise<IntegrationDocument>;
  list(input?: ListIntegrationsInput, options?: SessionOption): Promise<IntegrationDocument[]>;
  update(target: IdOrDocument, input: UpdateIntegrationInput, options?: SessionOption): Promise<IntegrationDocument>;
  /** Switches on, and forgets what health was recorded. */
  enable(target: IdOrDocument, options?: SessionOption): Promise<IntegrationDocument>;
  disable(target: IdOrDocument, options?: SessionOption): Promise<IntegrationDocument>;
  /** Deletes with all dependents; repeat it after a crash. */
  delete(target: IdOrDocument): Promise<DeletionResult>;

  /** What refuses calls while the other API is down. */
  readonly circuit: CircuitService;
  /** What is remembered of responses. */
  readonly cache: CacheService;
  /** What is remembered of writes that must happen at most once. */
  readonly idempotency: IdempotencyService;

  /** What keeps calls within the limits of the other API. */
  readonly rateLimits: RateLimitService;

  /** The failures of an integration in the last minutes (default 60), from its request log. */
  failureSummary(target: IdOrDocument, options?: FailureSummaryOptions): Promise<FailureSummary>;
  /**
   * Emits `elevatedFailureRate` and `failureRateRecovered`, for one integration or all active ones; call it now and
   * then.
   */
  checkFailureRate(target?: IdOrDocument): Promise<FailureRateReport>;

  /** Begins a sync, and waits for it if asked to. */
  readonly sync: SyncServices['sync'];
  /** Begins a sync; joins the one that is under way. */
  readonly syncNow: SyncServices['syncNow'];
  /** Adds a listener that handles sync items; before `start()`. */
  readonly onSyncItem: SyncServices['onSyncItem'];
  /** What operators do with syncs. */
  readonly syncs: SyncServices['syncs'];

  /** Receives webhooks, and what operators do with them. */
  readonly webhooks: WebhookServices['webhooks'];
  /** Has a webhook handled anew; raises `WEBHOOK_BUSY` while it is being handled. */
  readonly replayWebhook: WebhookServices['replayWebhook'];

  /** Connects integrations by OAuth 2, and disconnects them. */
  readonly oauth: OAuthService & OAuthRouting;

  /** What was, or is, wrong with integrations. */
  readonly incidents: MonitoringServices['incidents'];
  /** Asks the provider whether the connection works; raises `CAPABILITY_MISSING` where it cannot tell. */
  readonly healthCheck: MonitoringServices['healthCheck'];
  /** Emits `syncBecameStale` and `syncStalenessRecovered`, for one integration or all active ones; call it now and then. */
  readonly checkStaleness: MonitoringServices['checkStaleness'];
  /** Who the credentials act as; raises `CAPABILITY_MISSING` where the provider cannot tell. */
  readonly authenticatedUser: MonitoringServices['authenticatedUser'];

  /** Deletes what is older than `retention` says, and not needed any more; a job does so every hour. */
  readonly prune: Prune;

  /** How many integrations are sealed with which key, and how many a rotation is about. */
  keyUsage(): Promise<KeyUsage>;
  /** How the integrations of a page are: health, connection, circuit, syncs, what failed. */
  readonly overview: Reports['overview'];
  /** What the integrations of a page have done in the last 24 hours, 7 days and 30 days. */
  readonly stats: Reports['stats'];
  /** The request log, for people to look at. */
  readonly requests: Reports['requests'];

  /** Seals everything with the first encryption key; see the page on keys. */
  rotateKeys(options?: RotateKeysOptions): Promise<RotationResult>;
  /** Creates the collections and indexes. */
  install(): Promise<void>;
  /** Waits for the connection, checks the server, installs, and runs jobs from now on. */
  start(): Promise<void>;
  /**
   * Runs the jobs that are due, and returns: for cron and serverless hosts, which never `start()`. Any number of
   * processes may do so at once.
   *
   * @throws IntegrationError `INSTANCE_STOPPED`, `OPTIONS_INVALID`, `DATABASE_UNAVAILABLE`
   */
  runDue(options?: RunDueOptions): Promise<RunDueResult>;
  /** The Agenda that the jobs are in: the host's own, or one on the connection, which `start()` and `stop()` govern. */
  readonly agenda: Agenda;
  /** Ends jobs and calls under way and writes what is buffered; the connection stays the host's. */
  stop(options?: StopOptions): Promise<void>;
  /** Stops, and takes the models off the connection. */
  close(): Promise<void>;
  /** Never rejects, and answers within about two seconds. */
  health(): Promise<ServiceHealth>;
}
