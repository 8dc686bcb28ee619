import type { Call } from './call.js';
import type { CallGate } from './call-gate.js';

/** What ends a whole call: the caller's signal and the instance's. */
export function outerSignals({ spec }: Call, gate: Pick<CallGate, 'signal'>): AbortSignal[] {
  const { signal } = spec.options;
  return signal === undefined ? [gate.signal] : [signal, gate.signal];
}
