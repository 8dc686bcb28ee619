import type { CredentialsInputOf, IntegrationOf, MetadataInputOf } from '../../providers/define-provider.js';
import type { ProviderMap } from '../../providers/contracts.js';
import type { ProviderRegistry } from '../../providers/registry.js';
import type { IntegrationDocument } from '../../schemas/integration.js';
import type { IntegrationModels } from '../../schemas/models.js';
import type { RotateKeysInput, RotationResult } from '../credentials/rotate-keys.js';
import type { EventHub } from '../event-hub.js';
import type { CreateIntegrationInput } from '../integration-store/create-integration.js';
import type { DeletionResult } from '../integration-store/delete-integration.js';
import type { IntegrationLookup } from '../integration-store/find-integration.js';
import type { ListIntegrationsInput } from '../integration-store/list-integrations.js';
import type { UpdateIntegrationInput } from '../integration-store/update-integration.js';
import type { SessionOption } from '../integration-store/write-options.js';
import type { LoggerLike } from './logger.js';
import type { IdOrDocument } from './polymorphic.js';

/** Whether the parts that the package needs are there. */
export interface ServiceHealth {
  readonly status: 'ok' | 'unavailable';
  readonly database: 'connected' | 'unavailable';
}

/** What {@link Integrations.create} takes for one provider: its own credentials and metadata. */
export type CreateInput<Provider, Key extends string> = Omit<
  CreateIntegrationInput,
  'provider' | 'credentials' | 'metadata'
> & {
  readonly provider: Key;
  readonly credentials: CredentialsInputOf<Provider>;
  readonly metadata?: MetadataInputOf<Provider> | null;
};

export interface StopOptions {
  /** How long calls under way may take to end, and then the log to be written, in milliseconds each; default 10,000. */
  readonly graceMs?: number;
}

/** The services of one instance. */
export interface Integrations<Providers extends ProviderMap = ProviderMap> {
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

  create<Key extends keyof Providers & string>(
    input: CreateInput<Providers[Key], Key>,
    options?: SessionOption,
  ): Promise<IntegrationOf<Providers[Key]>>;
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

  /** Seals everything with the first encryption key; see the page on keys. */
  rotateKeys(options?: Omit<RotateKeysInput, 'model' | 'keyRing'>): Promise<RotationResult>;
  /** Creates the collections and indexes. */
  install(): Promise<void>;
  /** Waits for the connection, checks the server, and installs. */
  start(): Promise<void>;
  /** Ends calls under way and writes what is buffered; the connection stays the host's. */
  stop(options?: StopOptions): Promise<void>;
  /** Stops, and takes the models off the connection. */
  close(): Promise<void>;
  /** Never rejects, and answers within about two seconds. */
  health(): Promise<ServiceHealth>;
}
