import type { IncomingMessage } from 'node:http';
import { IntegrationError } from '../lib/errors.js';
import type { AnyProvider } from '../providers/contracts.js';
import type { IntegrationOf } from '../providers/define-provider.js';

// By provider, the one loaded last at the end. Nothing is written on the request, whose type belongs to the application.
const loaded = new WeakMap<IncomingMessage, Map<string, IntegrationOf<AnyProvider>>>();

/** Makes an integration available to {@link integrationOf} for the rest of the request. */
export function rememberIntegration(req: IncomingMessage, integration: IntegrationOf<AnyProvider>): void {
  const integrations = loaded.get(req) ?? new Map<string, IntegrationOf<AnyProvider>>();
  integrations.delete(integration.provider);
  integrations.set(integration.provider, integration);
  loaded.set(req, integrations);
}

/**
 * The integration that `loadIntegration()` found for this request: that of `provider`, or the one loaded last. Typed by
 * `integrationOf<typeof github>(req)`.
 *
 * @param provider Registry key.
 * @throws IntegrationError `INTEGRATION_NOT_LOADED` when there is none.
 */
export function integrationOf<Provider = AnyProvider>(
  req: IncomingMessage,
  provider?: string,
): IntegrationOf<Provider> {
  const integrations = loaded.get(req);
  const integration = provider === undefined ? [...(integrations?.values() ?? [])].at(-1) : integrations?.get(provider);
  if (integration === undefined) {
    const which = provider === undefined ? 'No integration' : `No integration of "${provider}"`;
    throw new IntegrationError('INTEGRATION_NOT_LOADED', `${which} was loaded for this request.`);
  }
  // Only the caller knows which provider the route is about: the registry key is all that is known here.
  return integration as IntegrationOf<Provider>;
}
