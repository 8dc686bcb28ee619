import { capabilityMembers } from '../schemas/json/capability-members.js';
import type { CapabilityContracts, CapabilityName } from './contracts.js';

/** Tells whether a provider fulfils one contract, and types it accordingly. */
export type CapabilityGuard<Name extends CapabilityName> = <Provider extends object>(
  provider: Provider,
) => provider is Provider & CapabilityContracts<object, object>[Name];

/** Can it list items on a schedule? */
export const hasScheduledSync = guardOf('HasScheduledSync');
/** Can it list only what changed? */
export const hasIncrementalSync = guardOf('HasIncrementalSync');
/** Does it receive webhooks? */
export const handlesWebhooks = guardOf('HandlesWebhooks');
/** Does it connect by OAuth 2? */
export const hasOAuth2 = guardOf('HasOAuth2');
/** Can it tell whether the connection works? */
export const hasHealthCheck = guardOf('HasHealthCheck');
/** Does it name fields that no log may hold? */
export const redactsRequestData = guardOf('RedactsRequestData');
/** Does the upstream recognise repetitions by the idempotency key? */
export const supportsIdempotency = guardOf('SupportsIdempotency');
/** Can it find out what became of a write? */
export const reconcilesWrites = guardOf('ReconcilesWrites');
/** Does it want cached responses sealed? */
export const sealsCachedResponses = guardOf('SealsCachedResponses');
/** Has it its own opinion on retries? */
export const customizesRetry = guardOf('CustomizesRetry');
/** Does it declare a rate limit, with or without syncs? */
export const declaresRateLimit = guardOf('DeclaresRateLimit');
/** Has it its own opinion on failures? */
export const classifiesFailures = guardOf('ClassifiesFailures');
/** Does it keep bodies out of the request log? */
export const limitsRequestLogging = guardOf('LimitsRequestLogging');
/** Can it tell who the credentials act as? */
export const identifiesAuthenticatedUser = guardOf('IdentifiesAuthenticatedUser');

function guardOf<Name extends CapabilityName>(name: Name): CapabilityGuard<Name> {
  const members: readonly string[] = capabilityMembers[name];
  return function isCapable<Provider extends object>(
    provider: Provider,
  ): provider is Provider & CapabilityContracts<object, object>[Name] {
    return members.every((member) => {
      const value: unknown = Reflect.get(provider, member);
      return typeof value === 'function' || value === true;
    });
  };
}
