import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { OpenedCredentials } from '../../integration-store/document-values.js';
import { unlessAborted } from '../../unless-aborted.js';
import type { Stage } from '../stage.js';

/** Opens the credentials of an integration. */
export interface CredentialReader {
  openCredentials(integration: IntegrationDocument): Promise<OpenedCredentials>;
  /** The strings in them that no log may hold, alone. */
  knownSecrets(integration: IntegrationDocument): Promise<readonly string[]>;
}

/** Keeps access tokens fresh. */
export interface TokenKeeper {
  /** Whether the token is to be refreshed before it is used. */
  tokenExpiresSoon(integration: IntegrationDocument): boolean;
  /** Raises `REAUTHORIZATION_REQUIRED`, or `OAUTH_REFRESH_FAILED` where the old one has expired. */
  refreshTokenIfNeeded(integration: IntegrationDocument): Promise<boolean>;
}

const none: readonly string[] = [];

/**
 * Refreshes an access token that expires soon. Opens the credentials for a URL call; for any other, only to know what
 * its log must not hold.
 */
export function authorize(reader: CredentialReader, tokens: TokenKeeper): Stage {
  return async function authorize(call, next) {
    const { integration } = call;
    const { http } = call.providerDefinition;
    if (tokens.tokenExpiresSoon(integration)) {
      await unlessAborted(call.signal, () => tokens.refreshTokenIfNeeded(integration));
    }
    call.presentedTokens = integration.tokens;
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
