import { handlesWebhooks, hasOAuth2 } from '../../../providers/capabilities.js';
import type { AnyProvider } from '../../../providers/contracts.js';
import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { Integrations } from '../../instance/services.js';

/** What is left to do outside. A path where `publicUrl` is not set. */
export interface NextSteps {
  /** Where a browser connects it by OAuth; null: there is no need. */
  readonly authorizeUrl: string | null;
  /** Where the other side sends webhooks; null: it sends none. */
  readonly webhookUrl: string | null;
}

export function nextSteps(
  { basePath, oauth }: Integrations,
  provider: AnyProvider,
  integration: IntegrationDocument,
): NextSteps {
  const base = `${oauth.publicUrl ?? ''}${basePath}`;
  const isConnected = integration.authStatus === 'connected';
  const needsUser = isConnectedByUser(provider) && !isConnected;
  return {
    authorizeUrl: needsUser ? `${base}/${integration.id}/oauth/authorize` : null,
    webhookUrl: handlesWebhooks(provider) ? `${base}/${integration.provider}/${integration.id}/webhook` : null,
  };
}

function isConnectedByUser(provider: AnyProvider): boolean {
  return hasOAuth2(provider) && provider.connectsWithoutUser !== true;
}
