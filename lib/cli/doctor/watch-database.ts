import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mongoose';
import { withinTime } from '../../within-time.js';

/** Tells when a database that was there does not answer any more. */
export interface DatabaseWatch {
  /** Aborted when it has not answered for {@link silentSeconds}. */
  readonly silence: AbortSignal;
  end(): void;
}

/** An election may take longer: that is worth saying as well. */
export const silentSeconds = 5;
const lookEveryMs = 1_000;

/**
 * Asks the database once a second for a sign of life: what waits for it would wait for half a minute each time, or for
 * ever where its machine is away without a word.
 */
export function watchDatabase(connection: Connection): DatabaseWatch {
  const silence = new AbortController();
  const ended = new AbortController();
  void watch(connection, silence, ended.signal);
  return { silence: silence.signal, end: () => ended.abort() };
}

async function watch(connection: Connection, silence: AbortController, ended: AbortSignal): Promise<void> {
  let answeredAt = performance.now();
  while (!ended.aborted) {
    const patienceMs = answeredAt + silentSeconds * 1_000 - performance.now();
    if (patienceMs <= 0) {
      silence.abort(new Error('The database does not answer.'));
      return;
    }
    if (await answers(connection, patienceMs)) answeredAt = performance.now();
    await sleep(lookEveryMs, undefined, { signal: ended }).catch(() => undefined);
  }
}

async function answers({ db }: Connection, patienceMs: number): Promise<boolean> {
  const answer = db?.command({ ping: 1 }).then(
    () => true,
    () => false,
  );
  return withinTime(Promise.resolve(answer ?? false), patienceMs, false);
}
