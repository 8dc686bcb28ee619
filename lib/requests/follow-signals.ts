import { setMaxListeners } from 'node:events';
import { IntegrationError, isIntegrationError } from '../errors.js';

/**
 * Tells `onAbort` the coded error of the first of the signals that is aborted; at once, if one is already. The function
 * that comes back leaves them.
 */
export function followSignals(signals: readonly AbortSignal[], onAbort: (error: IntegrationError) => void): () => void {
  // Calls side by side follow the same signal, where Node takes an eleventh listener for a leak.
  for (const signal of signals) setMaxListeners(0, signal);
  const listener = (event: Event): void => {
    onAbort(abortError(event.target));
  };
  const leave = (): void => {
    for (const signal of signals) signal.removeEventListener('abort', listener);
  };
  const aborted = signals.find((signal) => signal.aborted);
  if (aborted !== undefined) onAbort(abortError(aborted));
  else for (const signal of signals) signal.addEventListener('abort', listener, { once: true });
  return leave;
}

/** The coded error of an aborted signal; a reason that is one of ours is kept. */
export function abortError(signal: unknown): IntegrationError {
  const reason: unknown = signal instanceof AbortSignal ? signal.reason : undefined;
  if (isIntegrationError(reason)) return reason;
  return new IntegrationError('CALL_ABORTED', 'The call was aborted.', { cause: reason });
}
