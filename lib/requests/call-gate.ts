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
  /** Lets no more calls in, waits for those under way, and aborts them after `graceMs`. */
  shut(graceMs: number): Promise<void>;
  /** Lets calls in again. */
  open(): void;
}

export function createCallGate(): CallGate {
  let stopping = new AbortController();
  let isOpen = true;
  const underWay = new Set<object>();
  const waiting = new Set<() => void>();

  return {
    get signal() {
      return stopping.signal;
    },
    enter() {
      if (!isOpen) throw instanceStopped();
      const call = {};
      underWay.add(call);
      return () => {
        underWay.delete(call);
        if (underWay.size > 0) return;
        for (const resume of waiting) resume();
        waiting.clear();
      };
    },
    async shut(graceMs) {
      isOpen = false;
      if (underWay.size === 0) return;
      const timer = setTimeout(() => {
        stopping.abort(instanceStopped());
      }, graceMs);
      await new Promise<void>((resolve) => {
        waiting.add(resolve);
      });
      clearTimeout(timer);
    },
    open() {
      isOpen = true;
      if (stopping.signal.aborted) stopping = new AbortController();
    },
  };
}

function instanceStopped(): IntegrationError {
  return new IntegrationError('INSTANCE_STOPPED', 'The instance is stopped and makes no more calls.');
}
