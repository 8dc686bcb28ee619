import type { CallPriority } from '../context.js';
import { activeOverride } from './active-override.js';
import type { RateRule } from './rate-rule.js';
import { freeAt } from './rate-window.js';
import type { ReservationReply } from './reservation-query.js';

/** When calls of one priority may get what they did not get; monotonic, in milliseconds. */
export interface Outlook {
  /** When to ask again. All processes that were refused ask at the same time. */
  readonly askAt: number;
  /** There will be nothing before: who cannot wait that long is refused at once. */
  readonly possibleAt: number;
}

export interface OutlookFacts {
  readonly rules: readonly RateRule[];
  readonly priority: CallPriority;
  /** How long the tokens of a reservation may be on their way, in milliseconds. */
  readonly longestMs: number;
  /** How long it takes until others settle their slots, in milliseconds. */
  readonly mergeMs: number;
  /** Monotonic: when the reply came. */
  readonly now: number;
}

/** Who waits asks once a second at the latest: an operator may have set another limit. */
export const longestSleepMs = 1_000;

/** What a reply says to the calls that it gave nothing. */
export function outlookOf(reply: ReservationReply, facts: OutlookFacts): Outlook {
  const serverNow = reply.serverTime.getTime();
  const heldUntil = [reply.suppressUntil, facts.priority === 'background' ? reply.foregroundUntil : null];
  const instants = [...heldUntil.map((date) => date?.getTime() ?? 0), ...roomAt(reply, serverNow, facts)];
  const possibleMs = Math.max(0, ...instants.map((instant) => instant - serverNow));
  const isOpenEnded = instants.every((instant) => instant <= serverNow);
  // A moment after the instant, because timers are early at times; where none is known, when others may have settled.
  const askMs = isOpenEnded ? facts.mergeMs : possibleMs + 1;
  return { askAt: facts.now + Math.min(longestSleepMs, askMs), possibleAt: facts.now + possibleMs };
}

/** When each exhausted rule has room again, at the earliest, by the server's clock. */
function roomAt({ taken, override }: ReservationReply, serverNow: number, facts: OutlookFacts): number[] {
  const active = activeOverride(override, serverNow);
  return facts.rules.flatMap((rule, index) => {
    const { tokens = 0, oldest = null } = taken[index] ?? {};
    const limit = rule.isOverridable && active?.seconds === rule.seconds ? active.limit : rule.limit;
    if (oldest === null || tokens < limit) return [];
    return [freeAt(rule, takenUntilAtLeast(oldest.getTime(), serverNow, facts.longestMs))];
  });
}

/**
 * While tokens are on their way, their entry says how long that may take. It may be over long before; but not before
 * the reservation.
 */
function takenUntilAtLeast(takenUntil: number, serverNow: number, longestMs: number): number {
  return takenUntil <= serverNow ? takenUntil : Math.min(serverNow, takenUntil - longestMs);
}
