import { IntegrationError } from '../../errors.js';
import { keepLease, type Moment } from '../../idempotency/lease.js';
import type { ClaimedRun, ListingCounts, RunStore } from './run-store.js';

export interface RunLeaseParts {
  readonly store: Pick<RunStore, 'renew'>;
  readonly run: ClaimedRun;
  readonly leaseMs: number;
  /** When the run was claimed. */
  readonly since: Moment;
  /** How far the listing is; absent: there is nothing to show. */
  readonly counts?: () => ListingCounts;
  /** Aborts the work from outside. */
  readonly signal: AbortSignal;
}

/** The lease of a run, renewed while its owner lives. */
export interface RunLease {
  /** Aborted when the work must end: by its reason, from outside, or because the lease is lost. */
  readonly signal: AbortSignal;
  /** Whether it holds for all that is known here: no need to ask. */
  surelyHolds(): boolean;
  /** Rejects where that cannot be told. */
  holds(): Promise<boolean>;
  /** Rejects with `SYNC_LEASE_LOST` where it does not hold. */
  assertHeld(): Promise<void>;
  /** What a write under the lease has told; throws if it did not hold. */
  noteWritten(isHeld: boolean): void;
  readonly isLost: boolean;
  stop(): void;
}

/** As often as somebody may look. */
const progressMs = 1_000;

export function keepRunLease({ store, run, leaseMs, since, counts, signal }: RunLeaseParts): RunLease {
  const lost = new AbortController();
  const renew = async (): Promise<boolean> => {
    const isHeld = await store.renew(run, counts?.());
    if (!isHeld) lost.abort(leaseLost(run));
    return isHeld;
  };
  const lease = keepLease({ leaseMs, since, renew });
  let shown = 0;
  const showing = setInterval(
    () => {
      const now = counts?.().listed ?? 0;
      if (now === shown || lost.signal.aborted) return;
      shown = now;
      // The next renewal shows it where the database is away.
      renew().catch(() => undefined);
    },
    Math.min(progressMs, leaseMs / 3),
  ).unref();

  const refuse = (): never => {
    lost.abort(leaseLost(run));
    throw leaseLost(run);
  };
  return {
    ...lease,
    signal: AbortSignal.any([signal, lost.signal]),
    async assertHeld() {
      if (!(await lease.holds())) refuse();
    },
    noteWritten(isHeld) {
      if (!isHeld) refuse();
    },
    get isLost() {
      return lost.signal.aborted;
    },
    stop() {
      lease.stop();
      clearInterval(showing);
    },
  };
}

function leaseLost({ _id }: ClaimedRun): IntegrationError {
  const runId = _id.toHexString();
  return new IntegrationError('SYNC_LEASE_LOST', `Another process drives the sync run ${runId} now.`, {
    details: { runId },
  });
}
