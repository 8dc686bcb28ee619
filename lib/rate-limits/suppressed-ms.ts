import type { GateView } from '../gates/gate-view.js';

/** How long the other API wants no calls, in milliseconds; 0: it takes them. */
export function suppressedMs(view: GateView | null): number {
  const until = view?.suppressUntil?.getTime();
  return view === null || until === undefined ? 0 : Math.max(0, until - view.now());
}
