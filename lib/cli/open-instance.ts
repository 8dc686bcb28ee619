import { STATES, type Connection } from 'mongoose';
import type { RequestListener } from 'node:http';
import { IntegrationError } from '../errors.js';
import type { Integrations } from '../instance/services.js';
import { withinTime } from '../within-time.js';
import type { CliConfig } from './config.js';
import { isInstance } from './find-config.js';

/** The application's instance, connected. */
export interface OpenInstance {
  readonly integrations: Integrations;
  readonly app: RequestListener | null;
  /** Writes what is buffered, and closes what was opened here. */
  close(): Promise<void>;
}

export interface OpenOptions {
  /** `--mongodb-uri`, or the environment's `MONGODB_URI`. */
  readonly mongodbUri?: string | undefined;
}

/** How long opening the connection may take. */
const connectWithinMs = 10_000;
const tooLate = Symbol('too late');
/** How long what is under way may take to end. */
const graceMs = 5_000;

/**
 * Makes the instance, and connects. Runs no jobs: those are for the processes that `start()`.
 *
 * @throws IntegrationError `CLI_CONFIG_INVALID`, `CLI_NOT_CONNECTED`, `DATABASE_UNAVAILABLE`
 */
export async function openInstance(config: CliConfig, options: OpenOptions): Promise<OpenInstance> {
  const integrations = await instanceOf(config);
  const connection = integrations.models.Integration.db;
  const isOurs = connection.readyState === STATES.disconnected && config.connect === undefined;
  await connect(connection, config, options);
  return {
    integrations,
    app: config.app ?? null,
    async close() {
      await integrations.stop({ graceMs });
      await integrations.close();
      await config.disconnect?.();
      if (isOurs) await connection.close();
    },
  };
}

async function instanceOf({ integrations }: CliConfig): Promise<Integrations> {
  const instance = typeof integrations === 'function' ? await integrations() : integrations;
  if (isInstance(instance)) return instance;
  throw new IntegrationError('CLI_CONFIG_INVALID', '`integrations` of the configuration gave no instance.');
}

async function connect(connection: Connection, config: CliConfig, { mongodbUri }: OpenOptions): Promise<void> {
  try {
    if (config.connect === undefined && connection.readyState === STATES.disconnected) {
      await open(connection, mongodbUri);
    }
    const opened = Promise.resolve(config.connect?.()).then(() => connection.asPromise());
    if ((await withinTime(opened, connectWithinMs, tooLate)) === tooLate) throw new Error('It took too long.');
  } catch (cause) {
    if (cause instanceof IntegrationError) throw cause;
    throw new IntegrationError('DATABASE_UNAVAILABLE', 'The database could not be reached.', { cause });
  }
}

async function open(connection: Connection, uri: string | undefined): Promise<void> {
  if (uri === undefined || uri === '') {
    throw new IntegrationError('CLI_NOT_CONNECTED', 'The connection of the instance is closed, and no URI is known.');
  }
  await connection.openUri(uri, { serverSelectionTimeoutMS: connectWithinMs });
}
