import { hasOAuth2 } from '../../../providers/capabilities.js';
import type { HasOAuth2 } from '../../../providers/contracts.js';
import type { ProviderRegistry } from '../../../providers/registry.js';
import { IntegrationError } from '../../errors.js';

/** What a user asked for who took a link that does not exist for this provider. */
class NotByOAuthError extends IntegrationError<'CAPABILITY_MISSING'> {
  override readonly status = 400;
}

/** A provider that users connect. */
export type ConnectingProvider = ReturnType<ProviderRegistry['get']>['provider'] & HasOAuth2<object, object>;

/**
 * The provider of that key, which users connect by OAuth.
 *
 * @throws IntegrationError `PROVIDER_UNKNOWN`; `CAPABILITY_MISSING`, answered with 400
 */
export function oauthProvider(registry: Pick<ProviderRegistry, 'get'>, key: string): ConnectingProvider {
  const { provider } = registry.get(key);
  if (hasOAuth2(provider)) return provider;
  throw new NotByOAuthError('CAPABILITY_MISSING', `Integration provider '${key}' has no HasOAuth2.`, {
    details: { provider: key, capability: 'HasOAuth2' },
  });
}

/** Whether users connect its integrations; others get their tokens without one. */
export function isConnectedByUsers(provider: ConnectingProvider): boolean {
  return provider.connectsWithoutUser !== true;
}

/** @returns The error for a provider that has no need of a user. */
export function needsNoUser(key: string): IntegrationError {
  return new NotByOAuthError('CAPABILITY_MISSING', `Integration provider '${key}' connects without a user.`, {
    details: { provider: key, capability: 'HasOAuth2' },
  });
}
