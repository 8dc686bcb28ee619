import type { CallPriority } from '../context.js';
import type { GateView } from '../gates/gate-view.js';
import { withinTime } from '../within-time.js';
import type { GateStore } from './gate-store.js';
import type { LaneAnswer, LaneToken, LaneRefusal } from './lane-answer.js';
import { longestSleepMs, outlookOf, type Outlook } from './outlook.js';
import type { RateRule } from './rate-rule.js';
import { windowMs } from './rate-window.js';
import type { ReservationReply } from './reservation-query.js';
import { createSettler, type Settler } from './settler.js';
import { isFresh, longestOnItsWay, type Slot } from './slot.js';
import { createSlotBook, type SlotBook } from './slot-book.js';
import { suppressedMs } from './suppressed-ms.js';
import { createWaitQueue, priorities, type WaitQueue } from './wait-queue.js';
import { waitingCall, type TakeRequest, type WaitingCall } from './waiting-call.js';

export interface LaneParts {
  readonly rules: readonly RateRule[];
  readonly store: GateStore;
  /** What is known of the gate without asking. */
  readonly knownView: () => GateView | null;
  readonly newSlotId: () => string;
  /** Called when nothing is left to do: the lane may be forgotten. */
  readonly onIdle: () => void;
}

/** A reservation that takes longer is repeated: the connection may be dead without saying so. */
const longestReplyMs = 5_000;
/** Who may not wait for tokens waits for the reply all the same. */
const leastReplyMs = 1_000;
const firstPauseMs = 20;
/** Tokens are added to a slot for a 64th of the window, and no longer than this. */
const longestMergeMs = 1_000;

/** The calls of this process under the same rules: one reservation at a time serves them all. */
export class Lane {
  readonly #parts: LaneParts;
  readonly #mergeMs: number;
  readonly #queue: WaitQueue<WaitingCall<LaneAnswer>> = createWaitQueue();
  readonly #slots: SlotBook;
  readonly #settler: Settler;
  /** When those may ask again who got nothing. */
  readonly #outlooks: Record<CallPriority, Outlook | null> = { interactive: null, background: null };
  #reservation: Promise<void> | null = null;
  /** Reservations since the last that succeeded, and why. */
  #failures = 0;
  #failure: unknown = null;
  #wakeUp: NodeJS.Timeout | undefined;

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.#mergeMs = Math.min(longestMergeMs, ...parts.rules.map((rule) => windowMs(rule) / 64));
    this.#slots = createSlotBook(this.#mergeMs, parts.newSlotId);
    this.#settler = createSettler({
      slots: this.#slots,
      mergeMs: this.#mergeMs,
      settle: (settlements) => parts.store.settle(parts.rules, settlements),
      mayClose: () => this.#reservation === null,
      onSettled: () => this.#rest(),
    });
  }

  /** A token at once, or a promise of one, or of a refusal. Rejects with the reason of the request's signal. */
  take(request: TakeRequest): LaneAnswer | Promise<LaneAnswer> {
    // Such a signal tells its listeners nothing any more.
    if (request.signal.aborted) return Promise.reject(request.signal.reason as Error);
    const now = performance.now();
    if (this.#queue.isEmpty() && !this.#isSuppressed()) {
      const slot = this.#slots.take(request.timeoutMs, now);
      if (slot !== null) return this.#token(slot);
    }
    const outlook = this.#outlooks[request.priority];
    if (outlook !== null && outlook.askAt > now && outlook.possibleAt > request.deadline) {
      return this.#refusal(request.priority);
    }
    const call = waitingCall<LaneAnswer>(request, {
      onDeadline: (late) => this.#endWait(late),
      onOver: (over) => this.#queue.remove(over),
    });
    this.#queue.add(call);
    // Calls that begin together share the reservation.
    queueMicrotask(() => this.#pump());
    return call.answered;
  }

  /** Settles what can be settled now. Never rejects. */
  async flush(): Promise<void> {
    await this.#reservation;
    await this.#settler.flush();
  }

  /** Serves who waits, from what lies here or by another reservation. */
  #pump(): void {
    this.#serve();
    if (this.#reservation !== null || this.#queue.isEmpty()) return;
    const now = performance.now();
    const asking = (priority: CallPriority): number =>
      (this.#outlooks[priority]?.askAt ?? 0) > now ? 0 : this.#queue.count(priority);
    const asked = { interactive: asking('interactive'), background: asking('background') };
    if (asked.interactive + asked.background === 0) this.#sleep(now);
    else this.#reservation = this.#reserve(asked);
  }

  #serve(): void {
    if (this.#isSuppressed()) return;
    const now = performance.now();
    for (let call = this.#queue.first(); call !== null; call = this.#queue.first()) {
      const slot = this.#slots.take(call.timeoutMs, now);
      if (slot === null) return;
      call.answer(this.#token(slot));
    }
  }

  async #reserve(asked: Readonly<Record<CallPriority, number>>): Promise<void> {
    const sentAt = performance.now();
    const slot = this.#slots.forReservation(sentAt);
    const waiting = this.#queue.all();
    // One by one: a function takes a limited number of arguments.
    const timeoutMs = waiting.reduce((longest, call) => Math.max(longest, call.timeoutMs), slot.timeoutMs);
    const holdsBack = waiting.some(({ priority, deadline }) => priority === 'interactive' && deadline > sentAt);
    const { rules, store } = this.#parts;
    const longestMs = longestOnItsWay(timeoutMs);
    const wish = { rules, slotId: slot.id, ...asked, ahead: this.#slots.ahead(), holdsBack, longestMs };
    try {
      const reply = await withinTime(store.reserve(wish), longestReplyMs, null);
      if (reply === null) throw new Error('The database did not answer in time.');
      this.#slots.add(slot, { tokens: reply.granted, sentAt, now: performance.now(), timeoutMs });
      this.#learn(reply, asked, longestMs);
    } catch (error) {
      slot.mayBeStored = true;
      this.#pause(error);
    }
    this.#reservation = null;
    this.#settler.arm();
    this.#pump();
    this.#rest();
  }

  #learn(reply: ReservationReply, asked: Readonly<Record<CallPriority, number>>, longestMs: number): void {
    this.#failures = 0;
    this.#failure = null;
    const wanted = { interactive: asked.interactive, background: asked.interactive + asked.background };
    const facts = { rules: this.#parts.rules, longestMs, mergeMs: this.#mergeMs, now: performance.now() };
    for (const priority of priorities) {
      if (asked[priority] === 0) continue;
      const isServed = reply.granted >= wanted[priority];
      this.#outlooks[priority] = isServed ? null : outlookOf(reply, { ...facts, priority });
    }
    this.#serve();
    for (const call of this.#queue.all()) {
      const possibleAt = this.#outlooks[call.priority]?.possibleAt ?? 0;
      if (possibleAt > call.deadline) call.answer(this.#refusal(call.priority));
    }
  }

  /** After a failed reservation the next one waits a little, as long as anybody waits for it. */
  #pause(failure: unknown): void {
    this.#failure = failure;
    const askAt = performance.now() + Math.min(longestSleepMs, firstPauseMs * 2 ** this.#failures);
    this.#failures += 1;
    for (const priority of priorities) this.#outlooks[priority] = { askAt, possibleAt: 0 };
  }

  #sleep(now: number): void {
    const instants = priorities.map((priority) =>
      this.#queue.count(priority) === 0 ? Infinity : (this.#outlooks[priority]?.askAt ?? now),
    );
    clearTimeout(this.#wakeUp);
    this.#wakeUp = setTimeout(() => this.#pump(), Math.max(1, Math.min(...instants) - now)).unref();
  }

  #endWait(call: WaitingCall<LaneAnswer>): void {
    const repliesUntil = call.since + leastReplyMs;
    // Nothing that was said since it came.
    const isUntold = (this.#outlooks[call.priority]?.askAt ?? 0) <= call.since || this.#failure !== null;
    if (isUntold && performance.now() < repliesUntil) call.remindAt(repliesUntil);
    else call.answer(this.#refusal(call.priority));
  }

  #isSuppressed(): boolean {
    return suppressedMs(this.#parts.knownView()) > 0;
  }

  #token(slot: Slot): LaneToken {
    return {
      kind: 'token',
      isFresh: () => isFresh(slot, performance.now()),
      release: (isAnswered) => {
        this.#slots.release(slot, isAnswered, performance.now());
        this.#settler.arm();
      },
      giveBack: () => {
        this.#slots.giveBack(slot);
        this.#settler.arm();
        this.#pump();
      },
    };
  }

  #refusal(priority: CallPriority): LaneRefusal {
    const outlook = this.#failure === null ? this.#outlooks[priority] : null;
    const retryAfterMs = outlook === null ? null : Math.max(0, outlook.possibleAt - performance.now());
    return { kind: 'refusal', retryAfterMs, failure: this.#failure };
  }

  /** Where there is nothing to do. What is known of refusals is kept as long as it counts: it saves asking. */
  #rest(): void {
    if (!this.#queue.isEmpty() || this.#reservation !== null || !this.#slots.isEmpty()) return;
    const now = performance.now();
    const askAt = Math.max(...priorities.map((priority) => this.#outlooks[priority]?.askAt ?? 0));
    clearTimeout(this.#wakeUp);
    if (askAt > now) this.#wakeUp = setTimeout(() => this.#rest(), askAt - now + 1).unref();
    else this.#parts.onIdle();
  }
}
