export interface LeaseParts {
  readonly leaseMs: number;
  /** When the claim was asked for that began the lease. */
  readonly since: Moment;
  /** Moves the lease in the database; false: it has run out. */
  readonly renew: () => Promise<boolean>;
}

/** A lease that is renewed while its owner lives. */
export interface Lease {
  /** Whether it holds for all that is known here: no need to ask. */
  surelyHolds(): boolean;
  /** Whether it surely holds at this moment. Rejects where that cannot be told. */
  holds(): Promise<boolean>;
  stop(): void;
}

/** By two clocks: the monotonic one stands still while a machine sleeps, the other can be set. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

export function moment(): Moment {
  return { monotonic: performance.now(), wall: Date.now() };
}

/** Milliseconds since then, by the clock that says more. */
export function msSince({ monotonic, wall }: Moment): number {
  return Math.max(performance.now() - monotonic, Date.now() - wall);
}

/** Renews every third of the lease; in the last third nobody relies on it without asking. */
export function keepLease({ leaseMs, since, renew }: LeaseParts): Lease {
  let confirmed = since;
  let isLost = false;
  let renewal: Promise<boolean> | null = null;

  async function ask(): Promise<boolean> {
    const asked = moment();
    isLost ||= !(await renew());
    if (!isLost) confirmed = asked;
    return !isLost;
  }

  function renewOnce(): Promise<boolean> {
    renewal ??= ask().finally(() => {
      renewal = null;
    });
    return renewal;
  }

  const timer = setInterval(() => {
    // A database that is away is asked again in a while.
    if (!isLost) renewOnce().catch(() => undefined);
  }, leaseMs / 3).unref();

  const surelyHolds = (): boolean => !isLost && msSince(confirmed) < (leaseMs * 2) / 3;

  return {
    surelyHolds,
    async holds() {
      return !isLost && (surelyHolds() || renewOnce());
    },
    stop: () => clearInterval(timer),
  };
}
