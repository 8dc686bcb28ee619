import type { Types } from 'mongoose';
import { fromNow } from '../from-now.js';
import type { GateCollection } from '../gates/gate-collection.js';
import { gateProjection, type GateReply } from '../gates/gate-view.js';
import type { GateViews } from '../gates/gate-views.js';
import type { LoggerLike } from '../types/logger.js';
import { suppressedMs } from './suppressed-ms.js';

export interface SuppressionParts {
  readonly collection: GateCollection;
  readonly views: GateViews;
  readonly logger: LoggerLike;
}

/** The gate that is held back, and whose it is; null: of an application key. */
export interface SuppressedGate {
  readonly id: string;
  readonly integrationId: Types.ObjectId | null;
}

/** Stores that a gate is held back until an instant, monotonic; resolves when it is, or cannot be. Never rejects. */
export type SuppressionWriter = (gate: SuppressedGate, until: number) => Promise<void>;

/** One write at a time for each gate: of calls that fail side by side, two tell all. */
export function createSuppressionWriter({ collection, views, logger }: SuppressionParts): SuppressionWriter {
  const wishes = new Map<string, number>();
  const writers = new Map<string, Promise<void>>();

  async function write({ id, integrationId }: SuppressedGate): Promise<void> {
    for (let until = wishes.get(id); until !== undefined; until = wishes.get(id)) {
      wishes.delete(id);
      const ms = Math.ceil(until - performance.now());
      if (ms <= suppressedMs(views.known(id))) continue;
      const update = suppressionUpdate(ms, integrationId);
      const reply = await collection.findOneAndUpdate({ _id: id }, update, suppressionOptions);
      // With `upsert` there always is one; the projection says what it is like.
      views.learn(id, reply as unknown as GateReply);
    }
    writers.delete(id);
  }

  async function writeOrWarn(gate: SuppressedGate): Promise<void> {
    try {
      await write(gate);
    } catch (error) {
      wishes.delete(gate.id);
      writers.delete(gate.id);
      logger.warn('That the other API asked for fewer calls could not be stored.', { gateId: gate.id, error });
    }
  }

  return async function suppressUntil(gate, until) {
    wishes.set(gate.id, Math.max(until, wishes.get(gate.id) ?? 0));
    // Begun later, when it is known as the writer.
    const writer = writers.get(gate.id) ?? Promise.resolve().then(() => writeOrWarn(gate));
    writers.set(gate.id, writer);
    await writer;
  };
}

const suppressionOptions = {
  upsert: true,
  returnDocument: 'after',
  writeConcern: { w: 1 },
  projection: gateProjection,
} as const;

/** Only grows: a shorter wish does not shorten a longer one. */
function suppressionUpdate(ms: number, integrationId: Types.ObjectId | null): Record<string, unknown>[] {
  const until = { $max: ['$suppressUntil', fromNow(ms)] };
  return [{ $set: { suppressUntil: until, ...(integrationId !== null && { integrationId }) } }];
}
