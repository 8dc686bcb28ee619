import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Types } from 'mongoose';
import type { IntegrationDocument } from '../../../schemas/integration.js';
import { runWithin } from '../../context.js';
import { IntegrationError } from '../../errors.js';
import { integrationIdentity } from '../../integration-identity.js';
import { integrationId, integrationNotFound } from '../../integration-store/integration-id.js';
import { persevere } from '../../persevere.js';
import type { IdOrDocument } from '../../types/polymorphic.js';
import { withinTime } from '../../within-time.js';
import type { RefreshQueries } from '../refresh-queries.js';
import type { ConnectionParts } from './connection-parts.js';
import type { ConnectionRow } from './connection-queries.js';
import { oauthProvider, type ConnectingProvider } from './oauth-provider.js';
import { documentWith } from './store-connection.js';

export interface EndConnectionParts extends ConnectionParts {
  readonly refreshes: Pick<RefreshQueries, 'acquire'>;
  /** How long a refresh that is under way is waited for at most. */
  readonly waitMs: number;
}

/** The other side does not keep anybody from disconnecting for longer. */
const longestRevocationMs = 15_000;
const pollMs = 50;
const tries = 5;

/**
 * Ends a connection: at the other side, if it can be told, and here in any case. Credentials stay. What users have
 * begun to connect meanwhile is over as well. Repeat it after a crash.
 *
 * @throws IntegrationError `INTEGRATION_NOT_FOUND`, `PROVIDER_UNKNOWN`, `CAPABILITY_MISSING`, `CREDENTIALS_CONFLICT`
 */
export async function endConnection(parts: EndConnectionParts, target: IdOrDocument): Promise<IntegrationDocument> {
  const { model, queries, flows, events } = parts;
  const _id = integrationId(target);
  const first = _id === null ? null : await queries.read(_id);
  if (first === null) throw integrationNotFound(target);
  const provider = oauthProvider(parts.registry, first.provider);
  await flows.cancel(first._id);
  const owner = randomUUID();
  for (let tried = 0; tried < tries; tried += 1) {
    const row = await settled(parts, first._id, owner);
    if (row === null) throw integrationNotFound(target);
    if (row.tokens === null) return model.hydrate(row);
    await tellOtherSide(parts, provider, row);
    const ended = await persevere(() => queries.disconnect(row));
    if (ended === null) continue;
    events.emit('oauthRevoked', () => ({ integration: model.hydrate(ended) }));
    return model.hydrate(ended);
  }
  throw new IntegrationError('CREDENTIALS_CONFLICT', 'The connection was changed by others at the same time.', {
    details: { integrationId: first._id.toHexString() },
  });
}

/**
 * The integration, with a lease on its refresh: one that was under way would bring tokens that live on at the other
 * side. Where it takes too long, it is not waited for: what it brings is not stored any more.
 */
async function settled(
  { queries, refreshes, waitMs }: EndConnectionParts,
  _id: Types.ObjectId,
  owner: string,
): Promise<ConnectionRow | null> {
  const until = performance.now() + waitMs;
  for (;;) {
    const row = await queries.read(_id);
    // Without tokens, or a grant that may be good, there is nothing to refresh.
    if (row === null || !mayBeRefreshed(row)) return row;
    const held = await refreshes.acquire(_id, row.credentialVersion, owner);
    if (held !== null) return held;
    // The last one failed, and holds nothing.
    if (row.tokenRefresh?.owner === null || performance.now() > until) return row;
    await sleep(pollMs);
  }
}

function mayBeRefreshed({ tokens, authStatus, grantEndedAt }: ConnectionRow): boolean {
  // Documents of older versions have no such field.
  return tokens !== null && authStatus !== 'revoked' && !(grantEndedAt instanceof Date);
}

async function tellOtherSide(
  parts: EndConnectionParts,
  provider: ConnectingProvider,
  row: ConnectionRow,
): Promise<void> {
  const document = documentWith(parts, row, row.tokens);
  const integrationId = row._id.toHexString();
  try {
    const revocation = runWithin({ integration: integrationIdentity(document) }, async () => {
      await provider.revokeToken(document);
      return 'told' as const;
    });
    if ((await withinTime(revocation, longestRevocationMs, null)) !== null) return;
    parts.logger.warn('The other side takes long to end a connection; here it is ended.', { integrationId });
  } catch (error) {
    parts.logger.warn('The other side did not end a connection; here it is ended.', { integrationId, error });
  }
}
