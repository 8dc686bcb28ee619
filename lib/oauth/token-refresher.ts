import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasOAuth2 } from '../../providers/capabilities.js';
import type { ProviderRegistry } from '../../providers/registry.js';
import { requireCapability } from '../../providers/require-capability.js';
import type { IntegrationDocument, IntegrationModel } from '../../schemas/integration.js';
import { IntegrationError } from '../errors.js';
import type { EventHub } from '../event-hub.js';
import { moment } from '../idempotency/lease.js';
import { integrationNotFound } from '../integration-store/integration-id.js';
import { persevere } from '../persevere.js';
import type { LoggerLike } from '../types/logger.js';
import type { ReauthorizationReason } from '../types/reauthorization-reason.js';
import { isClientInvalid } from './invalid-grant.js';
import { reauthorizationRequired } from './reauthorization.js';
import type { RefreshQueries, RefreshRow } from './refresh-queries.js';
import {
  refreshUnderLease,
  type HeldRefresh,
  type LeasedRefreshParts,
  type RefreshEnd,
} from './refresh-under-lease.js';

export interface RefresherParts extends LeasedRefreshParts {
  readonly model: IntegrationModel;
  readonly queries: RefreshQueries;
  readonly registry: Pick<ProviderRegistry, 'get'>;
  /** How long a caller waits for new tokens at most. */
  readonly waitMs: number;
  /** Where the user connects again; null: `publicUrl` is not given. */
  readonly reconnectUrl: (integration: IntegrationDocument) => string | null;
  readonly events: Pick<EventHub, 'emit'>;
  readonly logger: Pick<LoggerLike, 'error' | 'warn'>;
}

/** Whether the tokens of a row are what a caller wants: then there is nothing to refresh. */
export type IsWanted = (row: RefreshRow) => boolean;

/** Refreshes tokens: once for all who want them, in all processes together. */
export interface TokenRefresher {
  /**
   * The stored integration, as soon as its tokens are what is wanted.
   *
   * @throws IntegrationError `REAUTHORIZATION_REQUIRED`, `OAUTH_REFRESH_FAILED`, `CAPABILITY_MISSING`,
   *   `INTEGRATION_NOT_FOUND`
   */
  refresh(integration: IntegrationDocument, isWanted: IsWanted): Promise<RefreshRow>;
  /** Resolves when no refresh is under way in this process. */
  idle(): Promise<void>;
}

export function createTokenRefresher(parts: RefresherParts): TokenRefresher {
  /** By integration: who wants the same takes part in what is under way. */
  const flights = new Map<string, Promise<RefreshRow>>();
  return {
    async refresh(integration, isWanted) {
      const id = integration._id.toHexString();
      for (;;) {
        const flight = flights.get(id) ?? seek(parts, integration, isWanted).finally(() => flights.delete(id));
        flights.set(id, flight);
        const row = await flight;
        // Who was first may have wanted less.
        if (isWanted(row)) return row;
      }
    },
    async idle() {
      while (flights.size > 0) await Promise.allSettled(flights.values());
    },
  };
}

/** Other processes are asked this often. */
const firstPollMs = 20;
const longestPollMs = 200;

async function seek(parts: RefresherParts, integration: IntegrationDocument, isWanted: IsWanted): Promise<RefreshRow> {
  const { queries, registry, waitMs } = parts;
  const { _id } = integration;
  const provider = requireCapability(registry.get(integration.provider), 'HasOAuth2', hasOAuth2);
  const owner = randomUUID();
  const until = performance.now() + waitMs;
  let version = integration.credentialVersion;
  for (let pollMs = firstPollMs; ; pollMs = Math.min(pollMs * 1.5, longestPollMs)) {
    const since = moment();
    // A database that is away for a moment fails nobody who waits anyway.
    const patient = { patienceMs: until - performance.now() };
    const acquiring = version;
    const row = await persevere(() => queries.acquire(_id, acquiring, owner), patient);
    const current =
      row === null
        ? await persevere(() => queries.read(_id), patient)
        : await lead(parts, { row, owner, since, provider }, isWanted);
    if (current === null) throw integrationNotFound(_id);
    if (isWanted(current)) return current;
    // Documents of older versions have no such field.
    if (current.grantEndedAt instanceof Date || current.authStatus === 'revoked') throw reauthorizationRequired(_id);
    const isOlder = version !== current.credentialVersion;
    version = current.credentialVersion;
    if (performance.now() > until) throw refreshFailed(current);
    // Others have changed something else: there is nothing to wait for.
    if (isOlder) continue;
    if (isCoolingDown(current)) throw refreshFailed(current);
    await sleep(pauseMs(current, pollMs));
  }
}

/** Until somebody may have stored something, or a lease runs out by what our clock says. */
function pauseMs({ tokenRefresh }: RefreshRow, pollMs: number): number {
  const usualMs = pollMs * (0.5 + Math.random() / 2);
  const leftMs = (tokenRefresh?.until.getTime() ?? 0) - Date.now();
  return leftMs > 0 ? Math.min(usualMs, leftMs + firstPollMs / 4) : usualMs;
}

/** What is stored after a refresh by this process; null: the integration is deleted. */
async function lead(parts: RefresherParts, held: HeldRefresh, isWanted: IsWanted): Promise<RefreshRow | null> {
  const { row } = held;
  if (isWanted(row)) {
    await parts.queries.giveBack(row, held.owner);
    return row;
  }
  const end = await refreshUnderLease(parts, held);
  announce(parts, held, end);
  switch (end.kind) {
    case 'changed':
      return end.row;
    case 'failed':
      throw refreshFailed(row, end.error);
    case 'impossible':
    case 'ended':
      throw reauthorizationRequired(row._id);
    case 'lost':
      return parts.queries.read(row._id);
    case 'gone':
      return null;
  }
}

function announce(parts: RefresherParts, { row }: HeldRefresh, end: RefreshEnd): void {
  const { model, events, logger, reconnectUrl } = parts;
  const facts = { integrationId: row._id.toHexString(), provider: row.provider };
  if (end.kind === 'failed') {
    const { error } = end;
    if (isClientInvalid(error)) logger.error('The other side does not accept our OAuth client.', { ...facts, error });
    else logger.warn('The access token could not be refreshed.', { ...facts, error });
    events.emit('oauthRefreshFailed', () => ({ integration: model.hydrate(row), error }));
  }
  if (end.kind !== 'ended' || end.wasKnown) return;
  logger.error('The integration has to be connected again: its grant is not accepted any more.', facts);
  events.emit('reauthorizationRequired', () => {
    const integration = model.hydrate({ ...row, authStatus: 'needsReauthorization' });
    return { integration, reason: reasonOf(row), reconnectUrl: reconnectUrl(integration) };
  });
}

/** Who comes after a process that died or stood still presents a token that may have been used already. */
function reasonOf({ tokenRefresh }: RefreshRow): ReauthorizationReason {
  return (tokenRefresh?.takeovers ?? 0) > 0 ? 'answer_lost' : 'revoked';
}

/** Nobody has the lease, and nobody may take it yet. */
function isCoolingDown({ tokenRefresh }: RefreshRow): boolean {
  return tokenRefresh?.owner === null;
}

function refreshFailed({ _id }: RefreshRow, cause?: unknown): IntegrationError {
  const integrationId = _id.toHexString();
  return new IntegrationError(
    'OAUTH_REFRESH_FAILED',
    `The access token of integration ${integrationId} could not be refreshed.`,
    { cause, details: { integrationId } },
  );
}
