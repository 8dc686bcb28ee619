import { IntegrationError } from '../lib/errors.js';
import type { CapabilityGuard } from './capabilities.js';
import type { CapabilityContracts, CapabilityName } from './contracts.js';
import type { RegisteredProvider } from './registered-provider.js';

/**
 * The provider, as one that fulfils the contract.
 *
 * @throws IntegrationError `CAPABILITY_MISSING`
 */
export function requireCapability<Name extends CapabilityName>(
  { key, provider }: RegisteredProvider,
  capability: Name,
  isCapable: CapabilityGuard<Name>,
): CapabilityContracts<object, object>[Name] {
  if (isCapable(provider)) return provider;
  throw new IntegrationError('CAPABILITY_MISSING', `Integration provider '${key}' has no ${capability}.`, {
    details: { provider: key, capability },
  });
}
