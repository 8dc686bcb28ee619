import { isPromise } from 'node:util/types';

/**
 * What a hook of a provider says; null where it has no opinion. A hook that throws, or is asynchronous, has none
 * either: it must not hide the failure that it was asked about.
 */
export function opinionOf<T>(hook: () => T | null | undefined): T | null {
  try {
    const opinion = hook() ?? null;
    if (!isPromise(opinion)) return opinion;
    // Nobody waits for it, and what it rejects with must not end the process.
    opinion.catch(() => undefined);
    return null;
  } catch {
    return null;
  }
}
