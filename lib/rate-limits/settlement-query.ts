import type { RateRule } from './rate-rule.js';
import { logPath } from './reservation-query.js';
import { windowMs } from './rate-window.js';

/** What a process knows at last of a slot of its own. */
export interface Settlement {
  readonly slotId: string;
  /** Tokens that were used; what else was reserved is given back. */
  readonly used: number;
  /** Milliseconds since the last answer; null: some have none, and may still be counted. */
  readonly answeredMsAgo: number | null;
}

/** A log of more slots is cut down: long windows and large fleets would make it endless. */
const mostSlots = 256;
const slotsPerWindow = 128;

/**
 * Says how many tokens of each slot were used, and when the last of them was answered. Absolute figures, so that
 * whoever repeats it, because the reply was lost, gives nothing back twice.
 */
export function settlementUpdate(rules: readonly RateRule[], settlements: readonly Settlement[]): object[] {
  const settled = rules.map((rule): [string, object] => [
    logPath(rule),
    withoutUnused(`$${logPath(rule)}`, settlements),
  ]);
  const compact = rules.map((rule): [string, object] => [logPath(rule), compacted(`$${logPath(rule)}`, rule)]);
  return [{ $set: Object.fromEntries<object>(settled) }, { $set: Object.fromEntries<object>(compact) }];
}

function withoutUnused(log: string, settlements: readonly Settlement[]): object {
  const known = settlements.map(({ slotId, used, answeredMsAgo }) => ({ i: slotId, used, ago: answeredMsAgo }));
  const mine = { $first: { $filter: { input: { $literal: known }, cond: { $eq: ['$$this.i', '$$slot.i'] } } } };
  const answered = { $min: ['$$slot.t', { $subtract: ['$$NOW', '$$mine.ago'] }] };
  const end = { $cond: [{ $eq: ['$$mine.ago', null] }, '$$slot.t', answered] };
  const settled = { i: '$$slot.i', t: end, n: { $min: ['$$slot.n', '$$mine.used'] } };
  const choice = { $cond: [{ $eq: [{ $type: '$$mine' }, 'missing'] }, '$$slot', settled] };
  const input = { $ifNull: [log, []] };
  const slots = { $map: { input, as: 'slot', in: { $let: { vars: { mine }, in: choice } } } };
  return { $filter: { input: slots, cond: { $gt: ['$$this.n', 0] } } };
}

/**
 * Combines neighbours of the past into one slot each, which is taken as long as the latest of them: nobody settles
 * those any more.
 */
function compacted(log: string, rule: RateRule): object {
  const bucketMs = windowMs(rule) / slotsPerWindow;
  const bucketOf = (slot: string) => ({ $floor: { $divide: [{ $toLong: `${slot}.t` }, bucketMs] } });
  const past = { $filter: { input: log, cond: { $lte: ['$$this.t', '$$NOW'] } } };
  const ahead = { $filter: { input: log, cond: { $gt: ['$$this.t', '$$NOW'] } } };
  const inBucket = { $filter: { input: '$$past', as: 'slot', cond: { $eq: [bucketOf('$$slot'), '$$bucket'] } } };
  const i = { $concat: ['past-', { $toString: '$$bucket' }] };
  const combined = { $let: { vars: { near: inBucket }, in: { i, t: { $max: '$$near.t' }, n: { $sum: '$$near.n' } } } };
  const buckets = { $setUnion: [{ $map: { input: '$$past', as: 'slot', in: bucketOf('$$slot') } }] };
  const slots = { $map: { input: buckets, as: 'bucket', in: combined } };
  const whole = { $let: { vars: { past }, in: { $concatArrays: [slots, ahead] } } };
  return { $cond: [{ $gt: [{ $size: log }, mostSlots] }, whole, log] };
}
