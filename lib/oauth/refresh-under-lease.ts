import type { HasOAuth2, OAuthTokens } from '../../providers/contracts.js';
import type { IntegrationModel } from '../../schemas/integration.js';
import { runWithin } from '../context.js';
import { sealedWith } from '../credentials/sealed-with.js';
import type { Sealer } from '../credentials/sealer.js';
import { keepLease, type Lease, type Moment } from '../idempotency/lease.js';
import { integrationIdentity } from '../integration-identity.js';
import { persevere } from '../persevere.js';
import type { PlainObject } from '../types/json.js';
import { minuteMs } from '../time-units.js';
import { checkedTokens } from './checked-tokens.js';
import { isAnswerLost, isGrantInvalid } from './invalid-grant.js';
import type { NewTokens, RefreshQueries, RefreshRow } from './refresh-queries.js';
import { markAsRefreshing } from './refreshing-documents.js';
import { sealedTokens } from './sealed-tokens.js';

/** How a refresh under a lease ended. */
export type RefreshEnd =
  /** The stored tokens are others than before, ours or somebody's newer ones. */
  | { readonly kind: 'changed'; readonly row: RefreshRow }
  /** The other side no longer accepts the grant; `wasKnown`: somebody has said before that it has to be connected again. */
  | { readonly kind: 'ended'; readonly row: RefreshRow; readonly wasKnown: boolean }
  /** It may work another time. */
  | { readonly kind: 'failed'; readonly row: RefreshRow; readonly error: unknown }
  /** There is nothing to refresh with. */
  | { readonly kind: 'impossible'; readonly row: RefreshRow }
  /** The lease was lost before anything was asked. */
  | { readonly kind: 'lost' }
  /** The integration is deleted. */
  | { readonly kind: 'gone' };

export interface LeasedRefreshParts {
  readonly model: Pick<IntegrationModel, 'hydrate'>;
  readonly queries: RefreshQueries;
  readonly sealer: Sealer;
  readonly leaseMs: number;
  readonly random: () => number;
}

/** A lease that was taken. */
export interface HeldRefresh {
  readonly row: RefreshRow;
  readonly owner: string;
  /** When it was asked for. */
  readonly since: Moment;
  readonly provider: HasOAuth2;
}

/** A new token is worth more patience than any other write: the old one is worth nothing any more. */
const patienceMs = 10 * minuteMs;
const firstWaitMs = 2_000;
const longestWaitMs = 60_000;

/**
 * Asks for new tokens and stores them. Between the answer and the write that stores it there is nothing to wait for: a
 * process that dies there takes the tokens with it.
 */
export async function refreshUnderLease(parts: LeasedRefreshParts, held: HeldRefresh): Promise<RefreshEnd> {
  const { row, owner, since } = held;
  const lease = keepLease({ leaseMs: parts.leaseMs, since, renew: () => parts.queries.renew(row._id, owner) });
  try {
    return await refreshOnce(parts, held, lease);
  } catch (error) {
    return await failed(parts, held, { error, isAnswerLost: false });
  } finally {
    lease.stop();
  }
}

async function refreshOnce(parts: LeasedRefreshParts, held: HeldRefresh, lease: Lease): Promise<RefreshEnd> {
  const { row, owner, provider } = held;
  const before = await opened(parts.sealer, row);
  if (typeof before.refreshToken !== 'string' && provider.connectsWithoutUser !== true) {
    await parts.queries.giveBack(row, owner);
    return { kind: 'impossible', row };
  }
  if (!(await lease.holds())) return { kind: 'lost' };
  let answer: OAuthTokens;
  try {
    answer = await ask(parts, held);
  } catch (error) {
    if (isGrantInvalid(error)) return await refused(parts, held, before.refreshToken);
    return await failed(parts, held, { error, isAnswerLost: isAnswerLost(error) });
  }
  const stored = store(parts, held, { before, answer });
  return await stored.catch((error: unknown) => failed(parts, held, { error, isAnswerLost: true }));
}

function ask({ model }: LeasedRefreshParts, { row, provider }: HeldRefresh): Promise<OAuthTokens> {
  const integration = model.hydrate(row);
  markAsRefreshing(integration);
  const context = { integration: integrationIdentity(integration) };
  return runWithin(context, async () => checkedTokens(await provider.refreshToken(integration), row.provider));
}

interface Answered {
  /** The opened tokens that were presented. */
  readonly before: PlainObject;
  readonly answer: OAuthTokens;
}

/** In the place of the tokens that were presented, whatever else has changed beside them; never over newer ones. */
async function store(parts: LeasedRefreshParts, held: HeldRefresh, { before, answer }: Answered): Promise<RefreshEnd> {
  const { queries, sealer } = parts;
  for (let { row } = held; ;) {
    const read = row;
    const tokens = await newTokens(parts, held, read, { before, answer });
    const saved = await persevere(() => queries.save(read, tokens), { patienceMs });
    if (saved !== null) return { kind: 'changed', row: saved };
    const current = await persevere(() => queries.read(read._id), { patienceMs });
    if (current === null) return { kind: 'gone' };
    const isOurs = current.tokens === tokens.tokens;
    if (isOurs || !(await areSame(sealer, current, before))) return { kind: 'changed', row: current };
    row = current;
  }
}

async function newTokens(
  { sealer, random }: LeasedRefreshParts,
  { provider }: HeldRefresh,
  { _id, credentials }: RefreshRow,
  answered: Answered,
): Promise<NewTokens> {
  const sealed = await sealedTokens(sealer, { integrationId: _id, provider, ...answered, random: random() });
  const { scopes = null } = answered.answer;
  return { ...sealed, sealedWith: sealedWith(credentials, sealed.tokens), grantedScopes: scopes };
}

interface Failure {
  readonly error: unknown;
  /** The other side may have given other tokens. */
  readonly isAnswerLost: boolean;
}

async function failed({ queries }: LeasedRefreshParts, held: HeldRefresh, failure: Failure): Promise<RefreshEnd> {
  const { row, owner } = held;
  const { error, isAnswerLost } = failure;
  const waitMs = Math.min(firstWaitMs * 2 ** (row.tokenRefresh?.failures ?? 0), longestWaitMs);
  // A lease that cannot be given back runs out.
  await queries.release(row, owner, { waitMs, isAnswerLost }).catch(() => undefined);
  return { kind: 'failed', row, error };
}

/** The other side no longer accepts what was presented. */
async function refused(
  { queries, sealer }: LeasedRefreshParts,
  { row, owner }: HeldRefresh,
  presented: unknown,
): Promise<RefreshEnd> {
  const current = await persevere(() => queries.read(row._id));
  if (current === null) return { kind: 'gone' };
  // Somebody else has used it before, and has stored what it brought.
  if ((await opened(sealer, current)).refreshToken !== presented) return { kind: 'changed', row: current };
  if (!(await persevere(() => queries.endGrant(current, owner)))) return { kind: 'lost' };
  return { kind: 'ended', row, wasKnown: current.authStatus === 'needsReauthorization' };
}

/** Whether a row still holds the tokens of before: others may have come by the same refresh token. */
async function areSame(sealer: Sealer, row: RefreshRow, before: PlainObject): Promise<boolean> {
  const { refreshToken, accessToken } = await opened(sealer, row);
  return refreshToken === before.refreshToken && accessToken === before.accessToken;
}

async function opened(sealer: Sealer, { _id, tokens }: RefreshRow): Promise<PlainObject> {
  return tokens === null ? {} : sealer.open({ integrationId: _id, field: 'tokens', sealed: tokens });
}
