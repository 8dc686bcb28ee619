import type { Types } from 'mongoose';
import type { GateCollection } from '../gates/gate-collection.js';
import type { GateViews } from '../gates/gate-views.js';
import type { RateRule } from './rate-rule.js';
import {
  reservationProjection,
  reservationUpdate,
  type Reservation,
  type ReservationReply,
} from './reservation-query.js';
import { settlementUpdate, type Settlement } from './settlement-query.js';

/** What lanes ask of one gate document. */
export interface GateStore {
  reserve(wish: Omit<Reservation, 'integrationId'>): Promise<ReservationReply>;
  settle(rules: readonly RateRule[], settlements: readonly Settlement[]): Promise<void>;
}

export interface GateStoreParts {
  readonly collection: GateCollection;
  readonly views: GateViews;
  readonly gateId: string;
  /** Null for an application key. */
  readonly integrationId: Types.ObjectId | null;
}

const writeConcern = { w: 1 };

export function createGateStore({ collection, views, gateId, integrationId }: GateStoreParts): GateStore {
  const _id = gateId;
  return {
    async reserve(wish) {
      const update = reservationUpdate({ ...wish, integrationId });
      const projection = reservationProjection(wish.rules);
      const options = { upsert: true, returnDocument: 'after', writeConcern, projection } as const;
      // With `upsert` there always is one; the projection says what it is like.
      const reply = (await collection.findOneAndUpdate({ _id }, update, options)) as unknown as ReservationReply;
      views.learn(gateId, reply);
      return reply;
    },
    async settle(rules, settlements) {
      // Without `upsert`: a gate that was deleted meanwhile stays so.
      await collection.updateOne({ _id }, settlementUpdate(rules, settlements), { writeConcern });
    },
  };
}
