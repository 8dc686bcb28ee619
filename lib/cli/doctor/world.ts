import type { RequestListener } from 'node:http';
import type { Integrations } from '../../instance/services.js';

/** What is known without an instance. */
export interface HostWorld {
  /** The project of the host. */
  readonly cwd: string;
  readonly nodeVersion: string;
}

/** What the checks look at. */
export interface InstanceWorld extends HostWorld {
  readonly integrations: Integrations;
  /** The application; null: the configuration does not give it. */
  readonly app: RequestListener | null;
  /** Where the application runs; null: nobody said. */
  readonly url: string | null;
  /** Aborted: the checks end. */
  readonly signal: AbortSignal;
}
