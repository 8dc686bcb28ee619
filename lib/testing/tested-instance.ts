import { defaultInstance } from '../instance/default-instance.js';
import { IntegrationError } from '../errors.js';
import { internals, type HasInternals } from '../instance/internals.js';
import type { OutletSwitch } from '../requests/transport-switch.js';
import type { Integrations } from '../instance/services.js';

/** An instance of whatever providers. */
export type FakedInstance = Pick<Integrations, 'basePath' | 'stop'>;

/** Names the instance that is meant. */
export interface InstanceOption {
  /** Default: the only open one. */
  readonly integrations?: FakedInstance | undefined;
}

/**
 * The instance that is meant.
 *
 * @throws IntegrationError `INSTANCE_MISSING` or `INSTANCE_AMBIGUOUS` where no instance is named and not exactly one is
 *   open, `OPTIONS_INVALID` for what is no instance
 */
export function testedInstance({ integrations = defaultInstance() }: InstanceOption): Integrations & HasInternals {
  if (isInstance(integrations)) return integrations;
  throw new IntegrationError(
    'OPTIONS_INVALID',
    '`integrations` must be an instance made by createIntegrations() of the same installation of the package.',
  );
}

/** What leaves the process for an instance. @throws As {@link testedInstance} */
export function outletOf(options: InstanceOption): OutletSwitch {
  return testedInstance(options)[internals].outlet;
}

function isInstance(instance: FakedInstance): instance is Integrations & HasInternals {
  return internals in instance;
}
