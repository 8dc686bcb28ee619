import { IntegrationError } from '../errors.js';

/** Lets calls in while the instance runs, and knows which are under way. */
export interface CallGate {
  /** Aborted when calls under way must end. */
  readonly signal: AbortSignal;
  /**
   * Called when a call begins; what comes back is called when it ends.
   *
   * @throws IntegrationError `INSTANCE_STOPPED` while the gate is shut.
   */
  enter(): () => void;
  /**
   * Lets no more calls in, waits for those under way, and aborts them after `graceMs`. A call that does not end even
   * then, because code of a provider ignores the signal, is not waited for beyond five seconds.
   */
  shut(graceMs: number): Promise<void>;
  /** Lets calls in again. */
  open(): void;
}

/** How long a call that was aborted may take to notice. */
const abortedMs = 5_000;

export function createCallGate(): CallGate {
  let stopping = new AbortController();
  let isOpen = true;
  const underWay = createUnderWay();

  return {
    get signal() {
      return stopping.signal;
    },
    enter() {
      if (!isOpen) throw instanceStopped();
      return underWay.add();
    },
    async shut(graceMs) {
      isOpen = false;
      if (await underWay.emptyWithin(graceMs)) return;
      stopping.abort(instanceStopped());
      await underWay.emptyWithin(abortedMs);
    },
    open() {
      isOpen = true;
      if (stopping.signal.aborted) stopping = new AbortController();
    },
  };
}

/** The calls that have begun and not ended. */
function createUnderWay() {
  const calls = new Set<object>();
  const waiting = new Set<() => void>();
  return {
    add() {
      const call = {};
      calls.add(call);
      return () => {
        calls.delete(call);
        if (calls.size === 0) for (const resume of waiting) resume();
      };
    },
    /** Whether all have ended by then. */
    async emptyWithin(ms: number): Promise<boolean> {
      if (calls.size === 0) return true;
      return new Promise((resolve) => {
        const settle = (): void => {
          clearTimeout(timer);
          waiting.delete(settle);
          resolve(calls.size === 0);
        };
        const timer = setTimeout(settle, ms);
        waiting.add(settle);
      });
    },
  };
}

/** The error for what an instance does no more. */
export function instanceStopped(): IntegrationError {
  return new IntegrationError('INSTANCE_STOPPED', 'The instance is stopped and makes no more calls.');
}
