import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { OpenedCredentials } from '../../integration-store/document-values.js';
import type { Stage } from '../stage.js';

/** Opens the credentials of an integration. */
export interface CredentialReader {
  openCredentials(integration: IntegrationDocument): Promise<OpenedCredentials>;
  /** The strings in them that no log may hold, alone. */
  knownSecrets(integration: IntegrationDocument): Promise<readonly string[]>;
}

const none: readonly string[] = [];

/** Opens the credentials for a URL call; for any other, only to know what its log must not hold. */
export function authorize(reader: CredentialReader): Stage {
  return async function authorize(call, next) {
    const { integration } = call;
    const { http } = call.providerDefinition;
    if (call.spec.target.kind === 'url' && http?.authorize !== undefined) {
      const { credentials, knownSecrets } = await reader.openCredentials(integration);
      call.knownSecrets = knownSecrets;
      call.authorizer = (request) => http.authorize?.(request, { credentials, integration }) ?? request;
    } else {
      // Credentials that do not open are no concern of a call that has no use for them, and cannot have leaked into it.
      call.knownSecrets = await reader.knownSecrets(integration).catch(() => none);
    }
    return next();
  };
}
