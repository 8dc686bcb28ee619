import type { Sealer } from '../credentials/sealer.js';
import { createIntegration, type CreateIntegrationInput } from '../integration-store/create-integration.js';
import type { StoreDependencies } from '../integration-store/store-dependencies.js';
import type { InstalledAs, IntegrationDocument } from '../../schemas/integration.js';
import type { OutletSwitch } from '../requests/transport-switch.js';

/** Key of what an instance shows to the other entries of this package, and to nobody else. */
export const internals = Symbol('express-integrations.internals');

/** What the testing entry and the command line work with. */
export interface Internals {
  readonly outlet: OutletSwitch;
  readonly sealer: Sealer;
  /** Creates an integration, unless there is one that was installed as the same: then a duplicate key is thrown. */
  install(input: CreateIntegrationInput, installedAs: InstalledAs): Promise<IntegrationDocument>;
}

/** An instance, seen from inside the package. */
export interface HasInternals {
  readonly [internals]: Internals;
}

export function createInternals(outlet: OutletSwitch, storing: StoreDependencies): Internals {
  return {
    ...{ outlet, sealer: storing.sealer },
    install: (input, installedAs) => createIntegration(storing, input, { installedAs }),
  };
}
