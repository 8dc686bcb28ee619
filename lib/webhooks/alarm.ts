/** Wakes at the earliest of the times that it was given; all others are found out then. */
export interface Alarm {
  /** In so many milliseconds. */
  at(inMs: number): void;
  stop(): void;
}

/** Many that are due one after the other are found together. */
const leastMs = 50;

/** @param longestMs What is later is found by other means. */
export function createAlarm(wake: () => void, longestMs: number): Alarm {
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Infinity;

  function stop(): void {
    clearTimeout(timer);
    dueAt = Infinity;
  }

  return {
    stop,
    at(inMs) {
      const ms = Math.max(leastMs, inMs);
      const due = performance.now() + ms;
      if (ms > longestMs || due >= dueAt) return;
      stop();
      dueAt = due;
      timer = setTimeout(() => {
        dueAt = Infinity;
        wake();
      }, ms).unref();
    },
  };
}
