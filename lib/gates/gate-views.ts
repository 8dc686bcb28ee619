import { createRecentValues } from '../recent-values.js';
import type { GateCollection } from './gate-collection.js';
import { gateProjection, gateView, type GateReply, type GateView } from './gate-view.js';
import { createPatience } from '../patience.js';
import { withinTime } from '../within-time.js';

/** An older view is refreshed behind the caller's back, … */
const refreshAfterMs = 800;
/** … and one of this age is not used: a change made by another process is seen within a second. */
const maxAgeMs = 1_000;
/** Calls do not wait longer for a database that is away: they go by what was known last. */
const readTimeoutMs = 1_000;
/** A read that takes longer is given up: the connection may be dead without saying so. */
const longestReadMs = 5_000;
const mostViews = 10_000;
const unanswered: unique symbol = Symbol('unanswered');

/** What this process knows of the gates, at most a second old. */
export interface GateViews {
  /** What is known without asking, and recent enough to go by; null: ask for the {@link current} one. */
  recent(gateId: string): GateView | null;
  /** Never rejects: where the database is away, what was known last, or nothing. */
  current(gateId: string): Promise<GateView>;
  /** What is known without asking; null: nothing. Of any age. */
  known(gateId: string): GateView | null;
  /** Takes in the reply to an operation on the gate; gives back what is known now. */
  learn(gateId: string, reply: GateReply): GateView;
  /** Asks anew at the next call: somebody changed the gate. */
  forget(gateId: string): void;
}

interface Entry {
  view: GateView;
  /** Monotonic. */
  keptAt: number;
  reading: Promise<GateView> | null;
}

export function createGateViews(collection: GateCollection): GateViews {
  const entries = createRecentValues<Entry>(mostViews);
  const patiently = createPatience(readTimeoutMs);

  function entryOf(gateId: string): Entry {
    const entry = entries.get(gateId) ?? { view: gateView(null), keptAt: -Infinity, reading: null };
    entries.set(gateId, entry);
    return entry;
  }

  /** One read at a time, whoever asks. A failed one leaves what was known, and is repeated by who asks next. */
  function refresh(gateId: string, entry: Entry): Promise<GateView> {
    if (entry.reading !== null) return entry.reading;
    const isWanted = (): boolean => entry.reading === reading;
    const reading: Promise<GateView> = read(collection, gateId)
      .then((reply) => (isWanted() && reply !== unanswered ? keep(entry, reply) : entry.view))
      .catch(() => entry.view)
      .finally(() => {
        if (isWanted()) entry.reading = null;
      });
    entry.reading = reading;
    return reading;
  }

  return {
    recent: (gateId) => recentView(entries.get(gateId)),
    async current(gateId) {
      const entry = entryOf(gateId);
      const age = performance.now() - entry.keptAt;
      if (age < refreshAfterMs) return entry.view;
      const refreshed = refresh(gateId, entry);
      return age < maxAgeMs ? entry.view : patiently(refreshed, entry.view);
    },
    known: (gateId) => entries.get(gateId)?.view ?? null,
    learn: (gateId, reply) => keep(entryOf(gateId), reply),
    forget(gateId) {
      const entry = entryOf(gateId);
      entry.keptAt = -Infinity;
      // What is being read may be older than the change: it is not wanted any more.
      entry.reading = null;
    },
  };
}

function recentView(entry: Entry | undefined): GateView | null {
  return entry !== undefined && performance.now() - entry.keptAt < refreshAfterMs ? entry.view : null;
}

function read(collection: GateCollection, gateId: string): Promise<GateReply | null | typeof unanswered> {
  const options = { projection: gateProjection, readPreference: 'primary' } as const;
  return withinTime(collection.findOne<GateReply>({ _id: gateId }, options), longestReadMs, unanswered);
}

/**
 * Replies may overtake each other: an older one than is known is dropped. Not for longer than a view may be used: the
 * clock of another primary may be behind, and a gate may have been deleted.
 */
function keep(entry: Entry, reply: GateReply | null): GateView {
  const view = gateView(reply);
  const now = performance.now();
  if (view.readAt >= entry.view.readAt || now - entry.keptAt >= maxAgeMs) {
    entry.view = view;
    entry.keptAt = now;
  }
  return entry.view;
}
