import type { Sealer } from '../credentials/sealer.js';
import { IntegrationError } from '../errors.js';
import { internals, type HasInternals, type Internals } from '../instance/internals.js';
import type { Integrations } from '../instance/services.js';

/** What seals for an instance. @throws IntegrationError `CLI_CONFIG_INVALID` for one of another installed copy */
export function sealerOf(integrations: Integrations): Sealer {
  return internalsOf(integrations).sealer;
}

/** What an instance shows to this command. @throws IntegrationError `CLI_CONFIG_INVALID` as {@link sealerOf} */
export function internalsOf(integrations: Integrations): Internals {
  if (hasInternals(integrations)) return integrations[internals];
  throw new IntegrationError(
    'CLI_CONFIG_INVALID',
    'The instance was made by another installed copy of express-integrations than this command.',
  );
}

function hasInternals(instance: Integrations): instance is Integrations & HasInternals {
  return internals in instance;
}
