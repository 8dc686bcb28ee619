import type { OAuthTokens } from '../../../providers/contracts.js';
import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { StoredError } from '../../../schemas/integration-request.js';
import { runWithin } from '../../context.js';
import { IntegrationError, isIntegrationError, type IntegrationErrorCode } from '../../errors.js';
import { integrationIdentity } from '../../integration-identity.js';
import type { LoggerLike } from '../../types/logger.js';
import { checkedTokens } from '../checked-tokens.js';
import type { FlowFacts } from './flow-store.js';
import type { ConnectingProvider } from './oauth-provider.js';

export interface ExchangeParts {
  readonly toStoredError: (error: unknown, knownSecrets?: readonly string[]) => StoredError;
  readonly knownSecrets: (integration: IntegrationDocument) => Promise<readonly string[]>;
  readonly logger: Pick<LoggerLike, 'warn'>;
}

/** What the token endpoint is asked with. */
export interface CodeExchange {
  readonly code: string;
  readonly redirectUri: string;
  readonly codeVerifier: string;
  /** Of the server that the user was sent to; null: the provider does not say. */
  readonly issuer: string | null;
  /** As the answer says. */
  readonly iss: string | null;
  readonly facts: FlowFacts;
}

/** What says more than that the exchange failed. */
const telling: readonly IntegrationErrorCode[] = [
  'OAUTH_ISSUER_MISMATCH',
  'OAUTH_TOKEN_INVALID',
  'OAUTH_CLIENT_INVALID',
];

/**
 * Exchanges a code for tokens, once: whatever becomes of it, the code is used (RFC 6749, section 4.1.2), and a
 * repetition would have the server revoke what it gave.
 *
 * @throws IntegrationError `OAUTH_EXCHANGE_FAILED`, `OAUTH_TOKEN_INVALID`, `OAUTH_CLIENT_INVALID`,
 *   `OAUTH_ISSUER_MISMATCH`
 */
export async function exchangeCode(
  parts: ExchangeParts,
  provider: ConnectingProvider,
  integration: IntegrationDocument,
  { code, redirectUri, codeVerifier, issuer, iss, facts }: CodeExchange,
): Promise<OAuthTokens> {
  try {
    const proof = { codeVerifier, iss };
    const exchange = async () => {
      const receiver = (await provider.authorizationIssuer?.(integration)) ?? null;
      if (receiver?.issuer !== (issuer ?? undefined)) throw anotherServer(facts);
      return provider.exchangeCode(integration, code, redirectUri, proof);
    };
    const answer = await runWithin({ integration: integrationIdentity(integration) }, exchange);
    return checkedTokens(answer, integration.provider);
  } catch (cause) {
    await report(parts, integration, { cause, secrets: [code, codeVerifier] });
    if (telling.some((known) => isIntegrationError(cause, known))) throw cause;
    throw new IntegrationError('OAUTH_EXCHANGE_FAILED', 'The code could not be exchanged.', { cause, details: facts });
  }
}

/** Where the server depends on the integration, that may have been changed since (RFC 9700, section 4.4.2). */
function anotherServer(details: FlowFacts): IntegrationError {
  return new IntegrationError('OAUTH_ISSUER_MISMATCH', 'The code is for another server than the one to be asked now.', {
    details,
  });
}

/** Some quote the request in what they throw. */
async function report(
  { toStoredError, knownSecrets, logger }: ExchangeParts,
  integration: IntegrationDocument,
  { cause, secrets }: { readonly cause: unknown; readonly secrets: readonly string[] },
): Promise<void> {
  const error = toStoredError(cause, [...secrets, ...(await knownSecrets(integration))]);
  const integrationId = integration._id.toHexString();
  logger.warn('The token endpoint gave nothing usable for a code.', { integrationId, error });
}
