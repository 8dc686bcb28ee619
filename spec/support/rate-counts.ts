/** The most requests in any window of that length, wherever it begins. Of instants in their order. */
export function mostInAnyWindow(instants: readonly number[], windowMs: number): number {
  let most = 0;
  let end = 0;
  instants.forEach((first, index) => {
    while (end < instants.length && instants[end]! < first + windowMs) end += 1;
    most = Math.max(most, end - index);
  });
  return most;
}

/** The most requests in a window that begins at a multiple of its length since the epoch, plus a phase. */
export function mostInFixedWindow(instants: readonly number[], windowMs: number, phaseMs: number): number {
  const counts = new Map<number, number>();
  for (const instant of instants) {
    const window = Math.floor((instant - phaseMs) / windowMs);
    counts.set(window, (counts.get(window) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}

/** The same, of the phase that has the most: a window that begins with a request is as good as any. */
export function mostInWorstPhase(instants: readonly number[], windowMs: number): number {
  return Math.max(0, ...instants.map((instant) => mostInFixedWindow(instants, windowMs, instant % windowMs)));
}

/** The most requests in a window of a server that begins one with the first request after the end of the last. */
export function mostFromFirstRequest(instants: readonly number[], windowMs: number): number {
  let most = 0;
  let count = 0;
  let end = -Infinity;
  for (const instant of instants) {
    if (instant >= end) {
      end = instant + windowMs;
      count = 0;
    }
    count += 1;
    most = Math.max(most, count);
  }
  return most;
}
