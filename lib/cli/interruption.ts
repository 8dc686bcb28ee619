import { exitCodes } from './exit-codes.js';

/** Tells when the process is asked to end. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Signals do again what they always do. */
  end(): void;
}

const signals = ['SIGINT', 'SIGTERM'] as const;

/** The first signal asks the command to end after the step under way; the second one ends the process. */
export function listenForInterruption(): Interruption {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort();
  };
  for (const name of signals) process.on(name, interrupt);
  return {
    signal: controller.signal,
    end() {
      for (const name of signals) process.off(name, interrupt);
    },
  };
}
