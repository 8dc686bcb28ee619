import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { PlainObject } from '../../types/json.js';
import type { Stage } from '../stage.js';

/** The opened credentials of an integration, and the strings in them that no log may hold. */
export type CredentialReader = (
  integration: IntegrationDocument,
) => Promise<{ readonly credentials: PlainObject; readonly knownSecrets: readonly string[] }>;

/** Opens the credentials for a URL call; a callback's SDK brings its own. */
export function authorize(readCredentials: CredentialReader): Stage {
  return async function authorize(call, next) {
    const { http } = call.providerDefinition;
    if (call.spec.target.kind === 'url' && http?.authorize !== undefined) {
      const { integration } = call;
      const { credentials, knownSecrets } = await readCredentials(integration);
      call.knownSecrets = knownSecrets;
      call.authorizer = (request) => http.authorize?.(request, { credentials, integration }) ?? request;
    }
    return next();
  };
}
