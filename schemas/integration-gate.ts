import type { Model, Types } from 'mongoose';
import { Schema } from 'mongoose';
import type { ForcedCircuitState } from '../lib/types/circuit.js';
import { isObjectId } from './partial-filters.js';

/** The tokens that one process reserved together. */
export interface StoredRateSlot {
  /** Made by the process. */
  i: string;
  /** When the last of them stopped being on its way; until that is known, when it will be at the latest. */
  t: Date;
  /** Tokens. */
  n: number;
}

/** A circuit, as shared by all processes. */
export interface StoredCircuit {
  state: 'closed' | 'open' | 'halfOpen';
  /** Goes up with every opening: results of earlier calls say nothing about the circuit of now. */
  epoch: number;
  /** Attempts by slot of time: with an answer, and failed. */
  b: Record<string, { ok?: number; bad?: number }>;
  /** Failed attempts in a row (strategy `count`). */
  fails: number;
  openedAt: Date | null;
  openUntil: Date | null;
  /** Who may try, and until when at the latest; the name stays when it is over. */
  probe: string | null;
  probeUntil: Date | null;
  forced: { state: ForcedCircuitState; until: Date | null } | null;
}

/** What all processes share about the traffic of an integration, or of an application key, in `integration_gates`. */
export interface IntegrationGateFields {
  /** The id of the integration in hexadecimal, or `key:` and a hash of the application key. */
  _id: string;
  /** Null for an application key. */
  integrationId: Types.ObjectId | null;
  /** What was reserved, by rate limit. */
  logs: Record<string, StoredRateSlot[]>;
  /** What the last reservation got. */
  granted: number;
  /** The other API asked to stay away until then. */
  suppressUntil: Date | null;
  /** Interactive calls wait: background ones stay back until then. */
  foregroundUntil: Date | null;
  /** An operator's limit in place of the declared one; `until` null: for good. */
  override: { limit: number; seconds: number; until: Date | null } | null;
  circuit: StoredCircuit | null;
  /** A new one for every failure that was counted; null when the counters were set back since. */
  failureMark: string | null;
}

/** The model of what processes share about traffic. */
export type IntegrationGateModel = Model<IntegrationGateFields>;

/** The schema of `integration_gates`. Its documents are written by atomic updates alone. */
export function integrationGateSchema(collection: string): Schema<IntegrationGateFields, IntegrationGateModel> {
  const mixed = { type: Schema.Types.Mixed, default: null };
  const schema = new Schema<IntegrationGateFields, IntegrationGateModel>(
    {
      _id: { type: String, required: true },
      integrationId: { type: Schema.Types.ObjectId, default: null },
      logs: mixed,
      granted: { type: Number, default: 0 },
      suppressUntil: { type: Date, default: null },
      foregroundUntil: { type: Date, default: null },
      override: mixed,
      circuit: mixed,
      failureMark: { type: String, default: null },
    },
    { collection, timestamps: false, autoIndex: false, autoCreate: false, versionKey: false, minimize: false },
  );
  // Deletion of an integration asks for it.
  schema.index({ integrationId: 1 }, { partialFilterExpression: { integrationId: isObjectId } });
  return schema;
}
