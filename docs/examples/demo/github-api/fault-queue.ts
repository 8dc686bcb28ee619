import type { Fault } from './fault.js';
import { followSchedule, type FaultSchedule } from './fault-schedule.js';

/** Decides which fault the next request meets: an enqueued one first, else what the schedule has for it. */
export class FaultQueue {
  readonly #enqueued: Fault[] = [];
  readonly #scheduled: () => Fault | undefined;

  constructor(schedule?: FaultSchedule) {
    this.#scheduled = schedule ? followSchedule(schedule) : () => undefined;
  }

  /** One fault for each of the next requests, in this order, after those enqueued earlier. */
  enqueue(faults: readonly Fault[]): void {
    this.#enqueued.push(...faults);
  }

  /** To call once per request: the schedule counts the requests that meet an enqueued fault too. */
  next(): Fault | undefined {
    const scheduled = this.#scheduled();
    return this.#enqueued.shift() ?? scheduled;
  }
}
