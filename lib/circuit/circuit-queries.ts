import type { Types } from 'mongoose';
import type { StoredCircuit } from '../../schemas/integration-gate.js';
import { durableWrite } from '../durable-write.js';
import { despiteOthers } from '../failures/despite-others.js';
import { fromNow } from '../from-now.js';
import type { GateCollection } from '../gates/gate-collection.js';
import { gateProjection, type GateReply } from '../gates/gate-view.js';
import type { AttemptResult } from '../requests/attempt-result.js';
import type { ForcedCircuitState } from '../types/circuit.js';
import { initialCircuit } from './circuit-state.js';
import type { CounterUpdate } from './circuit-strategy.js';

/** The gate after the operation, or before it where that is said; null: nothing fitted, and nothing changed. */
type Reply = Promise<GateReply | null>;

/** The operations on stored circuits: each is atomic, and compares deadlines with the server's clock. */
export interface CircuitQueries {
  read(gateId: string): Reply;
  /** Makes the circuit, and the gate, where they are missing. */
  ensure(integration: Types.ObjectId): Reply;
  /** Adds to the counters of a circuit that is closed and has not opened since. */
  addCounts(gateId: string, epoch: number, update: CounterUpdate): Reply;
  /** Opens a circuit that is closed and has not opened since. */
  open(gateId: string, epoch: number, cooldownMs: number): Reply;
  /**
   * Takes the right to probe where the cooldown, or the lease of another probe, is over. It is ours if it bears the
   * token.
   */
  claimProbe(gateId: string, token: string, leaseMs: number): Reply;
  /** Closes or opens the circuit by what became of the probe. Nothing changes where it is no longer ours. */
  endProbe(gateId: string, token: string, result: AttemptResult, cooldownMs: number): Reply;
  /** Sets an operator's word, for some milliseconds or until it is released. The gate comes as it was before. */
  force(integration: Types.ObjectId, state: ForcedCircuitState, forMs: number | null): Reply;
  /** Takes it back. The gate comes as it was before. */
  release(gateId: string): Reply;
  /** Takes it back where it is the one that held until then, and no longer does. The gate comes as it was before. */
  releaseExpired(gateId: string, until: Date): Reply;
}

const closed = { state: 'closed', openedAt: null, openUntil: null, probeUntil: null, b: { $literal: {} }, fails: 0 };
const nextEpoch = { epoch: { $add: [{ $ifNull: ['$circuit.epoch', 0] }, 1] } };
const past = (instant: string) => ({ $lte: [{ $ifNull: [instant, new Date(0)] }, '$$NOW'] });
const inState = (state: StoredCircuit['state']) => ({ $eq: ['$circuit.state', state] });

/** A stage that changes fields of the circuit. */
function change(...changes: readonly object[]) {
  return { $set: { circuit: { $mergeObjects: [{ $literal: initialCircuit }, '$circuit', ...changes] } } };
}

function changeIf(condition: object, fields: object) {
  return { $set: { circuit: { $cond: [condition, { $mergeObjects: ['$circuit', fields] }, '$circuit'] } } };
}

const quick = { projection: gateProjection, returnDocument: 'after', writeConcern: { w: 1 } } as const;
type Options = (typeof quick | typeof durable) & { readonly upsert?: true };

/** What an operator says outlives a failover. */
const durable = { ...durableWrite, projection: gateProjection, returnDocument: 'before' } as const;

export function createCircuitQueries(collection: GateCollection): CircuitQueries {
  function update(filter: GateFilter, change: object[] | CounterUpdate, options: Options): Reply {
    // The driver types what is stored, not what is projected of it.
    return collection.findOneAndUpdate(filter, change, options) as Promise<unknown> as Reply;
  }

  /** Two processes may make the same gate at once: who loses finds it there. */
  async function upsert(integration: Types.ObjectId, stage: object, options: Options): Reply {
    const belongs = { $set: { integrationId: { $ifNull: ['$integrationId', integration] } } };
    const filter = { _id: integration.toHexString() };
    return despiteOthers(() => update(filter, [belongs, stage], { ...options, upsert: true }));
  }

  return {
    read: (_id) => collection.findOne<GateReply>({ _id }, { projection: gateProjection, readPreference: 'primary' }),
    ensure: (integration) => upsert(integration, change(), quick),
    addCounts: (_id, epoch, counts) => update(closedIn(_id, epoch), counts, quick),
    open: (_id, epoch, cooldownMs) => update(closedIn(_id, epoch), [change(opened(cooldownMs))], quick),
    claimProbe: (_id, token, leaseMs) => update({ _id }, [changeIf(mayProbe, probing(token, leaseMs))], quick),
    endProbe: (_id, token, result, cooldownMs) =>
      update({ _id }, [changeIf(isProbe(token), afterProbe(result, cooldownMs))], quick),
    force: (integration, state, forMs) => upsert(integration, change(...forced(state, forMs)), durable),
    release: (_id) => update({ _id, 'circuit.forced': { $ne: null } }, [change(released)], durable),
    releaseExpired: (_id, until) =>
      update({ _id, 'circuit.forced.until': until, $expr: past('$circuit.forced.until') }, [change(released)], durable),
  };
}

type GateFilter = Parameters<GateCollection['findOneAndUpdate']>[0];

function closedIn(_id: string, epoch: number) {
  return { _id, 'circuit.epoch': epoch, 'circuit.state': 'closed' as const };
}

function opened(cooldownMs: number) {
  const until = { openedAt: '$$NOW', openUntil: fromNow(cooldownMs) };
  return { ...nextEpoch, ...until, state: 'open', b: { $literal: {} }, fails: 0, probe: null, probeUntil: null };
}

const mayProbe = {
  $or: [
    { $and: [inState('open'), past('$circuit.openUntil')] },
    { $and: [inState('halfOpen'), past('$circuit.probeUntil')] },
  ],
};

function probing(token: string, leaseMs: number) {
  return { state: 'halfOpen', probe: { $literal: token }, probeUntil: fromNow(leaseMs) };
}

function isProbe(token: string) {
  return { $and: [inState('halfOpen'), { $eq: ['$circuit.probe', { $literal: token }] }] };
}

/** The token stays: who repeats this after a lost reply finds that the outcome is its own. */
function afterProbe(result: AttemptResult, cooldownMs: number) {
  if (result === 'answered') return closed;
  const open = { state: 'open', probeUntil: null };
  if (result === 'failed') return { ...open, openedAt: '$$NOW', openUntil: fromNow(cooldownMs) };
  // Nothing was learnt: the next caller may try at once.
  return { ...open, openUntil: '$$NOW' };
}

/** In a new epoch: what was under way before says nothing about the circuit afterwards. */
function forced(state: ForcedCircuitState, forMs: number | null): object[] {
  const word = { forced: { state, until: forMs === null ? null : fromNow(forMs) }, ...nextEpoch };
  return state === 'closed' ? [closed, { ...word, probe: null }] : [word];
}

const released = { forced: null, ...nextEpoch };
