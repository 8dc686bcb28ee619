import type { Types } from 'mongoose';
import { fromNow } from '../from-now.js';
import { gateProjection, type GateReply } from '../gates/gate-view.js';
import { limitExpression } from './active-override.js';
import type { RateRule } from './rate-rule.js';
import { cutoffExpression, freeAtExpression } from './rate-window.js';

/** What a process asks of a gate. */
export interface Reservation {
  readonly rules: readonly RateRule[];
  /** Of the slot that the tokens go into; repeated where the reply was lost. */
  readonly slotId: string;
  /** Tokens for interactive calls, which come first, … */
  readonly interactive: number;
  /** … for background calls, as far as no process holds them back, … */
  readonly background: number;
  /** … and for calls still to come: never more than a twentieth of what the others leave. */
  readonly ahead: number;
  /** Whether interactive calls that get none hold the background ones of all processes back. */
  readonly holdsBack: boolean;
  /** How long from now on a token may be on its way at the most, in milliseconds. */
  readonly longestMs: number;
  /** Kept in the document for its deletion; null for an application key. */
  readonly integrationId: Types.ObjectId | null;
}

/** What a reservation gives. */
export interface ReservationReply extends GateReply {
  readonly granted: number;
  readonly foregroundUntil?: Date | null;
  /** By rule, in their order: tokens taken after the reservation, and the oldest of them. */
  readonly taken: readonly { readonly tokens: number; readonly oldest: Date | null }[];
}

const shareAhead = 0.05;
/** Interactive calls hold background ones back until they ask again, no longer than a second, and a moment more. */
const longestHoldBackMs = 1_000;
const momentMs = 30;

/** Takes tokens of all rules at once: their scarcest says how many. */
export function reservationUpdate(reservation: Reservation): Record<string, unknown>[] {
  const { rules, integrationId } = reservation;
  const live = rules.map((rule) => [logPath(rule), liveSlots(rule)]);
  const taken = rules.map((rule) => [logPath(rule), withTokens(reservation, logPath(rule))]);
  return [
    { $set: { ...Object.fromEntries(live), ...(integrationId !== null && { integrationId }) } },
    { $set: { granted: grantedExpression(reservation) } },
    { $set: { ...Object.fromEntries(taken), ...holdBack(reservation) } },
  ];
}

/** For a {@link ReservationReply}. */
export function reservationProjection(rules: readonly RateRule[]): Record<string, unknown> {
  const taken = rules.map((rule) => ({ tokens: tokensIn(rule), oldest: oldestIn(rule) }));
  return { _id: 0, ...gateProjection, granted: 1, foregroundUntil: 1, taken };
}

/** Where the slots of a rule are. */
export function logPath({ name }: Pick<RateRule, 'name'>): string {
  return `logs.${name}`;
}

const tokensIn = (rule: RateRule) => ({ $sum: `$${logPath(rule)}.n` });
const oldestIn = (rule: RateRule) => ({ $min: `$${logPath(rule)}.t` });
const roomIn = (rule: RateRule) => ({ $subtract: [limitExpression(rule), tokensIn(rule)] });

function liveSlots(rule: RateRule): object {
  const input = { $ifNull: [`$${logPath(rule)}`, []] };
  return { $filter: { input, cond: { $gt: ['$$this.t', cutoffExpression(rule)] } } };
}

function grantedExpression({ rules, interactive, background, ahead }: Reservation): object {
  const everybody = interactive + background;
  const isHeldBack = { $gt: ['$foregroundUntil', '$$NOW'] };
  const wanted = background === 0 ? interactive : { $cond: [isHeldBack, interactive, everybody] };
  const share = { $floor: { $multiply: [{ $max: [0, { $subtract: ['$$room', '$$wanted'] }] }, shareAhead] } };
  const tokens = ahead === 0 ? '$$wanted' : { $add: ['$$wanted', { $min: [ahead, share] }] };
  const room = { $max: [0, { $min: rules.map(roomIn) }] };
  const grant = { $let: { vars: { room, wanted }, in: { $min: ['$$room', tokens] } } };
  return { $cond: [{ $gt: ['$suppressUntil', '$$NOW'] }, 0, { $toInt: grant }] };
}

/** The slot lasts as long as the longest of its tokens may be on its way. */
function withTokens({ slotId, longestMs }: Reservation, path: string): object {
  const log = `$${path}`;
  const end = fromNow(longestMs);
  const grown = { i: slotId, t: { $max: ['$$this.t', end] }, n: { $add: ['$$this.n', '$granted'] } };
  const merged = { $map: { input: log, in: { $cond: [{ $eq: ['$$this.i', slotId] }, grown, '$$this'] } } };
  const added = { $concatArrays: [log, [{ i: slotId, t: end, n: '$granted' }]] };
  return { $cond: [{ $eq: ['$granted', 0] }, log, { $cond: [{ $in: [slotId, `${log}.i`] }, merged, added] }] };
}

function holdBack({ rules, interactive, holdsBack }: Reservation): object {
  if (!holdsBack || interactive === 0) return {};
  const frees = rules.map((rule) => ({
    $cond: [{ $lte: [roomIn(rule), '$granted'] }, freeAtExpression(rule, oldestIn(rule)), '$$NOW'],
  }));
  const asksAgain = { $min: [{ $max: frees }, fromNow(longestHoldBackMs)] };
  const until = { $add: [{ $max: ['$suppressUntil', '$$NOW', asksAgain] }, momentMs] };
  const held = { $max: ['$foregroundUntil', until] };
  return { foregroundUntil: { $cond: [{ $lt: ['$granted', interactive] }, held, '$foregroundUntil'] } };
}
