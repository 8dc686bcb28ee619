import type { Types } from 'mongoose';
import type { IntegrationGateFields } from '../../schemas/integration-gate.js';
import { durableWrite } from '../durable-write.js';
import { fromNow } from '../from-now.js';
import type { GateCollection } from '../gates/gate-collection.js';
import { gateProjection, type GateReply } from '../gates/gate-view.js';
import type { GateViews } from '../gates/gate-views.js';

/** A gate as operators see it. */
export interface InspectedGate extends GateReply {
  readonly logs?: IntegrationGateFields['logs'] | null;
}

/** What operators ask of the gates. */
export interface RateLimitQueries {
  /** @param forMs Null: for good. */
  override(
    integrationId: Types.ObjectId,
    limit: { limit: number; seconds: number },
    forMs: number | null,
  ): Promise<void>;
  clearOverride(integrationId: Types.ObjectId): Promise<void>;
  /** Null: nothing was ever counted there. */
  read(gateId: string): Promise<InspectedGate | null>;
}

export function createRateLimitQueries(collection: GateCollection, views: GateViews): RateLimitQueries {
  const options = { returnDocument: 'after', projection: gateProjection, ...durableWrite } as const;

  function learn(gateId: string, reply: unknown): void {
    // The projection says what it is like.
    if (reply !== null) views.learn(gateId, reply as GateReply);
  }

  return {
    async override(integrationId, { limit, seconds }, forMs) {
      const gateId = integrationId.toHexString();
      const until = forMs === null ? null : fromNow(forMs);
      const update = [{ $set: { integrationId, override: { limit, seconds, until } } }];
      learn(gateId, await collection.findOneAndUpdate({ _id: gateId }, update, { ...options, upsert: true }));
    },
    async clearOverride(integrationId) {
      const gateId = integrationId.toHexString();
      learn(gateId, await collection.findOneAndUpdate({ _id: gateId }, { $set: { override: null } }, options));
    },
    async read(gateId) {
      const projection = { ...gateProjection, logs: 1 };
      return collection.findOne<InspectedGate>({ _id: gateId }, { projection, readPreference: 'primary' });
    },
  };
}
