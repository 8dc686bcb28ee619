import { identifiesAuthenticatedUser } from '../../../providers/capabilities.js';
import type { OAuthTokens } from '../../../providers/contracts.js';
import type { IntegrationDocument } from '../../../schemas/integration.js';
import { runWithin } from '../../context.js';
import { integrationIdentity } from '../../integration-identity.js';
import type { ConnectingProvider } from './oauth-provider.js';

/**
 * Id of the account at the other side: from the token answer, or else asked for with the new tokens. Null: nobody
 * tells.
 *
 * @param integration A document with the new tokens.
 */
export async function connectedAccount(
  provider: ConnectingProvider,
  { account = null }: OAuthTokens,
  integration: IntegrationDocument,
): Promise<string | null> {
  if (account !== null && account !== '') return account;
  if (!identifiesAuthenticatedUser(provider)) return null;
  const user = await runWithin({ integration: integrationIdentity(integration) }, () =>
    provider.authenticatedUser(integration),
  );
  return user.id === '' ? null : user.id;
}

/** A connection, as far as it matters whose it is. */
interface Connection {
  readonly authStatus: string;
  readonly connectedAccount?: string | null;
}

/** Whether somebody else than before wants to take the place of a connection that was not ended. */
export function isOthersConnection(
  { authStatus, connectedAccount: known }: Connection,
  account: string | null,
): boolean {
  return authStatus !== 'revoked' && typeof known === 'string' && known !== account;
}

/** Whether what is stored beside an ended connection has to go: it is not known to be of this account. */
export function isOtherAccount({ authStatus, connectedAccount: known }: Connection, account: string | null): boolean {
  return authStatus === 'revoked' && (account === null || known !== account);
}
