/** Does work, so much at once; first come, first served. */
export interface Lanes<Work> {
  add(work: Work): void;
  /** Takes away all that has not begun. */
  takeWaiting(): readonly Work[];
  /** Resolves when nothing runs. */
  idle(): Promise<void>;
}

export interface LaneParts<Work> {
  readonly atOnce: number;
  readonly mayBegin: () => boolean;
  /** Whether nothing else may run beside it. */
  readonly needsQuiet: (work: Work) => boolean;
  /** Must not reject. */
  readonly run: (work: Work) => Promise<void>;
}

export function createLanes<Work>({ atOnce, mayBegin, needsQuiet, run }: LaneParts<Work>): Lanes<Work> {
  const waiting: Work[] = [];
  const running = new Set<Promise<void>>();
  let isArmed = false;
  let isQuiet = false;

  function pump(): void {
    isArmed = false;
    while (waiting.length > 0 && waiting.slice(0, 1).every(mayBeginNow)) {
      for (const work of waiting.splice(0, 1)) begin(work);
    }
  }

  function mayBeginNow(work: Work): boolean {
    if (isQuiet || !mayBegin()) return false;
    return running.size < (needsQuiet(work) ? 1 : atOnce);
  }

  function begin(work: Work): void {
    isQuiet = needsQuiet(work);
    const lane = run(work).finally(() => {
      isQuiet = false;
      running.delete(lane);
      pump();
    });
    running.add(lane);
  }

  return {
    add(work) {
      waiting.push(work);
      if (isArmed) return;
      isArmed = true;
      // Not at once: whoever received it answers first.
      setImmediate(pump);
    },
    takeWaiting: () => waiting.splice(0),
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
