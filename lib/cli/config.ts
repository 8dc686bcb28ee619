import type { RequestListener } from 'node:http';
import type { Integrations } from '../instance/services.js';

/** What `integrations.config.mjs` exports as its default; an instance alone does too. */
export interface CliConfig {
  /** The instance, or what makes it. */
  readonly integrations: Integrations | (() => Integrations | PromiseLike<Integrations>);
  /**
   * Opens the instance's connection. Default: where it is closed, it is opened with `--mongodb-uri` or the
   * environment's `MONGODB_URI`.
   */
  readonly connect?: (() => unknown) | undefined;
  /** Ends what `connect` began; default: the connection is closed. */
  readonly disconnect?: (() => unknown) | undefined;
  /** The Express application, for `doctor` to send it a request. */
  readonly app?: RequestListener | undefined;
}

/** Types a configuration. */
export function defineCliConfig(config: CliConfig): CliConfig {
  return config;
}
