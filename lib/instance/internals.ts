import type { Sealer } from '../credentials/sealer.js';
import type { OutletSwitch } from '../requests/transport-switch.js';

/** Key of what an instance shows to the other entries of this package, and to nobody else. */
export const internals = Symbol('express-integrations.internals');

/** What the testing entry works with. */
export interface Internals {
  readonly outlet: OutletSwitch;
  readonly sealer: Sealer;
}

/** An instance, seen from inside the package. */
export interface HasInternals {
  readonly [internals]: Internals;
}
