import type { LossReason } from './pending-set.js';

/** Documents that will not be stored. */
export interface Loss {
  readonly count: number;
  readonly reason: LossReason;
}

/** Sums up losses, which come by the thousand or not at all. */
export interface LossReporter {
  note(count: number, reason: LossReason): void;
  /** Reports what is not reported yet. */
  flush(): void;
}

const QUIET_MS = 10_000;

/** Builds a reporter: the first loss is reported at once, those of the ten seconds after a report together, by reason. */
export function createLossReporter(report: (loss: Loss) => void): LossReporter {
  const counts = new Map<LossReason, number>();
  let quiet: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(quiet);
    quiet = undefined;
    if (counts.size === 0) return;
    const losses = Array.from(counts, ([reason, count]) => ({ reason, count }));
    counts.clear();
    quiet = setTimeout(flush, QUIET_MS).unref();
    losses.forEach(report);
  }

  function note(count: number, reason: LossReason): void {
    counts.set(reason, (counts.get(reason) ?? 0) + count);
    if (quiet === undefined) flush();
  }

  return { note, flush };
}
