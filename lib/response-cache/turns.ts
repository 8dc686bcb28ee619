import { decodeValue } from '../stored-value.js';
import { unlessAborted } from '../unless-aborted.js';
import { unavailable } from './cautious-access.js';
import type { Flight, Flights } from './flights.js';
import type { Leading } from './leading.js';
import type { ResponseStore } from './response-store.js';
import type { Serving } from './serving.js';
import { isSharedFailure } from './shared-failure.js';
import { standInFor } from './stand-in.js';
import { isFresh } from './stored-response.js';
import type { Visit } from './visit.js';

export interface TurnParts {
  readonly store: ResponseStore;
  readonly serving: Serving;
  readonly flights: Flights;
  readonly lead: Leading;
}

/** Takes a call to its value: what is remembered, what another call fetches, or what it fetches itself. */
export type Turns = (visit: Visit) => Promise<unknown>;

/** A value, or null: the call has to look again. */
type Turn = { readonly value: unknown } | null;

export function createTurns(parts: TurnParts): Turns {
  return async function serveInTurn(visit) {
    try {
      await look(parts, visit);
      // What was stored while the call waited is as good as an answer of its own, however soon it expires.
      const askedAt = visit.isBlind ? Infinity : (visit.known?.serverTime.getTime() ?? -Infinity);
      for (;;) {
        const turn = (await takeKnown(parts, visit, askedAt)) ?? (await fetchOrFollow(parts, visit));
        if (turn !== null) return turn.value;
        visit.signal.throwIfAborted();
        await look(parts, visit);
      }
    } catch (error) {
      // The deadline may have passed while others fetched.
      if (visit.signal.aborted) return standInFor(parts.serving, visit, error);
      throw error;
    }
  };
}

/** Sees what is remembered by now. */
async function look({ store }: TurnParts, visit: Visit): Promise<void> {
  const read = await store.read(visit.plan.id);
  visit.isBlind = read === unavailable;
  visit.known = read === unavailable ? null : read;
}

/** What is remembered, if it may be served. */
async function takeKnown({ serving }: TurnParts, { call, plan, known }: Visit, askedAt: number): Promise<Turn> {
  if (known === null || !(isFresh(known) || known.storedAt.getTime() > askedAt)) return null;
  const opened = await serving.open(known, plan.id);
  if (opened === null) return null;
  return { value: await serving.serve(call, opened.payload, { requestId: opened.requestId, kind: 'cacheHits' }) };
}

async function fetchOrFollow(parts: TurnParts, visit: Visit): Promise<Turn> {
  const { flights, lead } = parts;
  const flight = flights.get(visit.plan.id);
  if (flight !== null) return follow(parts, visit, flight);
  const leading = lead(visit);
  const landing = leading.then(
    (led) => led.landing,
    () => ({ kind: 'void' }) as const,
  );
  flights.begin(visit.plan.id, { leader: visit.call, landing });
  const { end } = await leading;
  return end === null ? null : { value: await end() };
}

async function follow({ serving }: TurnParts, visit: Visit, { leader, landing }: Flight): Promise<Turn> {
  const { call, fetch, signal } = visit;
  const landed = await unlessAborted(signal, () => landing);
  switch (landed.kind) {
    case 'shared': {
      const { bytes, requestId } = landed.remembered;
      return { value: await serving.serve(call, decodeValue(bytes), { requestId, kind: 'cacheHits' }) };
    }
    case 'failed':
      if (!isSharedFailure(leader, call, landed.error)) return null;
      return { value: await standInFor(serving, visit, landed.error) };
    case 'unshared':
      return { value: await fetch() };
    case 'void':
      return null;
  }
}
