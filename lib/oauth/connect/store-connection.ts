import type { OAuthTokens } from '../../../providers/contracts.js';
import type { IntegrationDocument } from '../../../schemas/integration.js';
import { IntegrationError } from '../../errors.js';
import { integrationNotFound } from '../../integration-store/integration-id.js';
import { persevere } from '../../persevere.js';
import { withinTime } from '../../within-time.js';
import { markAsRefreshing } from '../refreshing-documents.js';
import { sealedTokens } from '../sealed-tokens.js';
import { connectedAccount, isOtherAccount, isOthersConnection } from './connected-account.js';
import type { ConnectionParts } from './connection-parts.js';
import type { ConnectionRow, NewConnection } from './connection-queries.js';
import type { FlowFacts } from './flow-store.js';
import type { ForgetFormerAccount } from './former-account.js';
import type { ConnectingProvider } from './oauth-provider.js';
import { stateInvalid } from './state-invalid.js';

export interface StoreConnectionParts extends ConnectionParts {
  readonly forgetFormerAccount: ForgetFormerAccount;
}

/** What a user has agreed to. */
export interface GivenConnection {
  readonly provider: ConnectingProvider;
  /** As it was before the code was exchanged. */
  readonly before: ConnectionRow;
  readonly answer: OAuthTokens;
  /** What was asked for. */
  readonly requestedScopes: readonly string[];
  readonly facts: FlowFacts;
}

/** Nobody waits longer for the other side to take back what is of no use here. */
const longestDiscardMs = 10_000;

/**
 * Stores a new connection in the place of what is there, whatever else has changed beside it: by one write, of the
 * account that was there before, and not where the integration was disconnected meanwhile.
 *
 * @throws IntegrationError `OAUTH_ACCOUNT_CHANGED`, `OAUTH_STATE_INVALID`, `INTEGRATION_NOT_FOUND`
 */
export async function storeConnection(parts: StoreConnectionParts, given: GivenConnection): Promise<ConnectionRow> {
  const { queries } = parts;
  const { provider, before, facts } = given;
  const connection = await sealedConnection(parts, given);
  const connecting = documentWith(parts, before, connection.tokens);
  const account = await accountOf(parts, given, connecting);
  const discard = () => discardGrant(parts, provider, connecting);
  for (let read = before; ;) {
    if (isOthersConnection(read, account)) {
      // Of an account that is not known, nobody can tell whose grant would be taken back.
      if (account !== null) await discard();
      throw accountChanged(facts);
    }
    const isOther = isOtherAccount(read, account);
    if (isOther) await parts.forgetFormerAccount(read._id);
    const wanted = { ...connection, connectedAccount: account, isOtherAccount: isOther };
    const row = read;
    const saved = await persevere(() => queries.connect(row, wanted));
    if (saved !== null) return saved;
    const current = await persevere(() => queries.read(before._id));
    if (current?.tokens === connection.tokens) return current;
    if (current === null || (current.authStatus === 'revoked' && before.authStatus !== 'revoked')) {
      await discard();
      throw current === null ? integrationNotFound(before._id) : stateInvalid('revoked meanwhile', facts);
    }
    read = current;
  }
}

type SealedConnection = Omit<NewConnection, 'connectedAccount' | 'isOtherAccount'>;

async function sealedConnection({ sealer }: ConnectionParts, given: GivenConnection): Promise<SealedConnection> {
  const { provider, before, answer, requestedScopes } = given;
  const random = Math.random();
  const sealed = await sealedTokens(sealer, { integrationId: before._id, provider, answer, before: null, random });
  // Who says nothing has granted what was asked for (RFC 6749, section 5.1).
  const granted = answer.scopes ?? (requestedScopes.length > 0 ? requestedScopes : null);
  return { ...sealed, grantedScopes: granted };
}

/** As it would be: a refusal of these tokens says nothing of the stored ones, whose version is another. */
export function documentWith({ model }: Pick<ConnectionParts, 'model'>, row: ConnectionRow, tokens: string | null) {
  const document = model.hydrate({ ...row, tokens, credentialVersion: row.credentialVersion + 1 });
  markAsRefreshing(document);
  return document;
}

/** Where it cannot be told, and there is nothing to compare it with, that is no reason to refuse the user. */
async function accountOf(
  { logger }: ConnectionParts,
  { provider, before, answer, facts: details }: GivenConnection,
  connecting: IntegrationDocument,
): Promise<string | null> {
  try {
    return await connectedAccount(provider, answer, connecting);
  } catch (cause) {
    if (isOthersConnection(before, null)) {
      throw new IntegrationError('OAUTH_EXCHANGE_FAILED', 'The account could not be told.', { cause, details });
    }
    logger.warn('The account of a new connection could not be told.', { ...details, error: cause });
    return null;
  }
}

/** Nothing here needs it, and nobody here could end it later. */
async function discardGrant(
  { logger }: ConnectionParts,
  provider: ConnectingProvider,
  connecting: IntegrationDocument,
): Promise<void> {
  try {
    await withinTime(provider.revokeToken(connecting), longestDiscardMs, undefined);
  } catch (error) {
    const integrationId = connecting._id.toHexString();
    logger.warn('A connection that was refused could not be taken back at the other side.', { integrationId, error });
  }
}

function accountChanged(details: FlowFacts): IntegrationError {
  return new IntegrationError('OAUTH_ACCOUNT_CHANGED', 'This is not the account that is connected.', { details });
}
