import type { EventHub } from '../../event-hub.js';

/** Tells of syncs that end in this process, so that who waits for one need not ask the database for it. */
export interface EndNotice {
  /** Resolves when the next one has ended. */
  next(): Promise<void>;
  stop(): void;
}

export function createEndNotice(events: Pick<EventHub, 'on'>): EndNotice {
  let tell: () => void = () => undefined;
  const anotherOne = (): Promise<void> => new Promise((resolve) => (tell = resolve));
  let ended = anotherOne();
  const stop = events.on('syncCompleted', () => {
    tell();
    ended = anotherOne();
  });
  return { next: () => ended, stop };
}
