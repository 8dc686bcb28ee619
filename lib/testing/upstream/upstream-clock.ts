import { millisecondsOf, type Span } from '../span.js';

/** What time it is at an upstream: in its `Date` header, in what it says of limits, and for its tokens. */
export interface UpstreamClock {
  now(): Date;
  /** Stands still from now on, at that time or at the present one. */
  freeze(at?: Date): void;
  /** Goes ahead by that span; a frozen clock stays frozen. */
  advance(span: Span): void;
  /** Is the clock of this process again. */
  release(): void;
}

export function createUpstreamClock(): UpstreamClock {
  let aheadMs = 0;
  let frozenAt: number | null = null;
  const now = () => frozenAt ?? Date.now() + aheadMs;
  return {
    now: () => new Date(now()),
    freeze(at) {
      frozenAt = at?.getTime() ?? now();
    },
    advance(span) {
      const ms = millisecondsOf(span);
      if (frozenAt === null) aheadMs += ms;
      else frozenAt += ms;
    },
    release() {
      frozenAt = null;
      aheadMs = 0;
    },
  };
}
