import type { ClientSession } from 'mongoose';

/**
 * Calls `notify` once a write is stored: at once, or, when it was made in a transaction, when the session ends and the
 * write is still there. `withTransaction` repeats its callback, so that only the document itself tells what was
 * committed.
 */
export function afterCommit(
  session: ClientSession | null | undefined,
  isStored: () => Promise<boolean>,
  notify: () => void,
): void {
  if (session?.inTransaction() !== true) {
    notify();
    return;
  }
  session.once('ended', () => {
    isStored().then(
      (stored) => {
        if (stored) notify();
      },
      // An event is a notice: without a database to ask it is not given.
      () => undefined,
    );
  });
}
