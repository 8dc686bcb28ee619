import { defaultInstance } from '../instance/default-instance.js';
import { IntegrationError } from '../errors.js';
import { internals, type HasInternals } from '../instance/internals.js';
import type { TransportSwitch } from '../requests/transport-switch.js';
import type { Integrations } from '../instance/services.js';

/** An instance of whatever providers. */
export type FakedInstance = Pick<Integrations, 'basePath' | 'stop'>;

/** Names the instance that is meant. */
export interface InstanceOption {
  /** Default: the only open one. */
  readonly integrations?: FakedInstance | undefined;
}

/**
 * What the calls of an instance are sent by.
 *
 * @throws IntegrationError `INSTANCE_MISSING` or `INSTANCE_AMBIGUOUS` where no instance is named and not exactly one is
 *   open, `OPTIONS_INVALID` for what is no instance
 */
export function transportOf({ integrations = defaultInstance() }: InstanceOption): TransportSwitch {
  if (hasInternals(integrations)) return integrations[internals].transport;
  throw new IntegrationError(
    'OPTIONS_INVALID',
    '`integrations` must be an instance made by createIntegrations() of the same installation of the package.',
  );
}

function hasInternals(instance: object): instance is HasInternals {
  return internals in instance;
}
