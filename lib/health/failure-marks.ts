import { randomUUID } from 'node:crypto';
import type { Types } from 'mongoose';
import type { GateCollection } from '../gates/gate-collection.js';
import { gateProjection, type GateReply, type GateView } from '../gates/gate-view.js';
import type { GateViews } from '../gates/gate-views.js';
import { createRecentValues } from '../recent-values.js';

/**
 * Tells the successful calls of all processes that there is something to set back, so that the others write nothing. A
 * failure counts first and then sets a mark of its own; a success that sees a mark sets back first, and then clears
 * that mark and no newer one. Whatever comes in between, a count that is left has a mark.
 */
export interface FailureMarks {
  set(integrationId: Types.ObjectId): Promise<void>;
  /**
   * A mark that no success of this process has dealt with; null: there is nothing to set back.
   *
   * @param ageMs How old the knowledge of it may be: 0, or a second at least. Of other stages of a call, so that it
   *   costs no command of its own.
   */
  pending(integrationId: Types.ObjectId, ageMs: number): Promise<string | null>;
  clear(integrationId: Types.ObjectId, mark: string): Promise<void>;
  /** Whether it is known, by no older knowledge, that there is no such mark. */
  isNone(integrationId: Types.ObjectId, ageMs: number): boolean;
}

const mostMarks = 10_000;
const options = { writeConcern: { w: 1 }, projection: gateProjection, returnDocument: 'after' } as const;

export function createFailureMarks(gates: GateCollection, views: GateViews): FailureMarks {
  /** By gate. */
  const dealtWith = createRecentValues<string>(mostMarks);

  return {
    async set(integrationId) {
      const gateId = integrationId.toHexString();
      const update = { $set: { integrationId, failureMark: randomUUID() } };
      const reply = await gates.findOneAndUpdate({ _id: gateId }, update, { ...options, upsert: true });
      learn(gateId, reply);
    },
    async pending(integrationId, ageMs) {
      const gateId = integrationId.toHexString();
      // What is being read, by all calls together, is too old only for who wants to know of this very moment.
      if (ageMs === 0) views.forget(gateId);
      return pendingIn(gateId, knownFor(gateId, ageMs) ?? (await views.current(gateId)));
    },
    isNone(integrationId, ageMs) {
      const gateId = integrationId.toHexString();
      const known = knownFor(gateId, ageMs);
      return known !== null && pendingIn(gateId, known) === null;
    },
    async clear(integrationId, failureMark) {
      const gateId = integrationId.toHexString();
      dealtWith.set(gateId, failureMark);
      const update = { $set: { failureMark: null } };
      learn(gateId, await gates.findOneAndUpdate({ _id: gateId, failureMark }, update, options));
    },
  };

  /** Null: nothing that recent. */
  function knownFor(gateId: string, ageMs: number): GateView | null {
    const known = views.known(gateId);
    return known !== null && ageMs > 0 && known.now() - known.readAt <= ageMs ? known : null;
  }

  function pendingIn(gateId: string, { failureMark }: GateView): string | null {
    return failureMark === dealtWith.get(gateId) ? null : failureMark;
  }

  function learn(gateId: string, reply: object | null): void {
    // The projection adds the time of the server, which the driver's types do not know.
    if (reply === null) views.forget(gateId);
    else views.learn(gateId, reply as GateReply);
  }
}
