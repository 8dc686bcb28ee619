import { isIntegrationError } from '../errors.js';
import { claimFetch, type FetchToken } from './claiming.js';
import type { Landing } from './flights.js';
import type { Keeping } from './keeping.js';
import { keepLease } from './lease.js';
import { isOutageClass } from './outage.js';
import type { PayloadIntake } from './payload-intake.js';
import type { ResponseStore } from './response-store.js';
import { conditionalHeaders } from './revalidation.js';
import type { OpenedResponse, Serving } from './serving.js';
import { standIn, standInFor } from './stand-in.js';
import type { Visit } from './visit.js';

/** How a call fared that fetched a response, for itself and for those that wait for it in this process. */
export interface Led {
  readonly landing: Landing;
  /** The call's own end; null: it has to look again, like the others. */
  readonly end: (() => unknown) | null;
}

export interface LeadingParts {
  readonly store: ResponseStore;
  readonly serving: Serving;
  readonly intake: PayloadIntake;
  readonly keeping: Keeping;
}

/**
 * Fetches a response on behalf of all who want it, unless another process does. Rejects where the visit's signal ends
 * it.
 */
export type Leading = (visit: Visit) => Promise<Led>;

const lookAgain: Led = { landing: { kind: 'void' }, end: null };

export function createLeading(parts: LeadingParts): Leading {
  return async function lead(visit) {
    const token = await claimFetch(parts.store, visit);
    return token === undefined ? lookAgain : fetchWith(parts, visit, token);
  };
}

async function fetchWith(parts: LeadingParts, visit: Visit, token: FetchToken): Promise<Led> {
  const { store, serving, intake, keeping } = parts;
  const { call, fetch, plan } = visit;
  const lease = token === null ? null : keepLease(() => store.renew(plan.id, token));
  const confirmed = await prepareRevalidation(serving, visit);
  const taken = intake.attach(call);
  let value: unknown;
  try {
    value = await fetch();
  } catch (error) {
    await lease?.end();
    await release(store, visit, token);
    return { landing: { kind: 'failed', error }, end: () => standInFor(serving, visit, error) };
  }
  await lease?.end();
  const end = (): unknown => value;
  if (call.failure === null) return { landing: await keeping.keep(visit, token, { confirmed, taken: taken() }), end };
  // A failing answer that the callback returned.
  await release(store, visit, token);
  const mayStandIn = isOutageClass(call.failure.verdict.failureClass);
  return { landing: { kind: 'unshared' }, end: () => standIn(serving, visit, mayStandIn, end) };
}

/** Has the call ask whether what is remembered still holds; gives what that is. */
async function prepareRevalidation(serving: Serving, { call, plan, known }: Visit): Promise<OpenedResponse | null> {
  const headers = known === null ? null : conditionalHeaders(call, known.validators);
  if (known === null || headers === null) return null;
  const opened = await serving.open(known, plan.id);
  if (opened !== null) call.revalidation = { headers, payload: opened.payload };
  return opened;
}

async function release(store: ResponseStore, { call, plan }: Visit, token: FetchToken): Promise<void> {
  if (token === null) return;
  // What was confirmed and does not fit the schema would be confirmed for ever.
  const isUnfit = call.isConfirmed && isIntegrationError(call.failure?.error, 'SCHEMA_DRIFT');
  await store.release(plan.id, token, isUnfit ? { validators: null } : {});
}
