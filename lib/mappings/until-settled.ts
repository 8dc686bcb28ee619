import { setTimeout as sleep } from 'node:timers/promises';
import { IntegrationError } from '../errors.js';
import { duplicateIndexOf } from './duplicate-index.js';

const PATIENCE_MS = 15_000;
const LONGEST_PAUSE_MS = 50;

/**
 * Repeats an upsert that lost a race for its record: against another insert, another version, or a deletion.
 *
 * @throws IntegrationError `MAPPING_UNSETTLED` when that goes on and on; anything else that the upsert rejects with, at
 *   once.
 */
export async function untilSettled<T>(upsert: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await upsert();
    } catch (error) {
      const isLostRace = duplicateIndexOf(error) === '_id' || isOutdated(error);
      if (!isLostRace) throw error;
      if (performance.now() > deadline) throw unsettled(error);
    }
    await sleep(Math.random() * LONGEST_PAUSE_MS);
  }
}

/** Told by its name: the application's Mongoose may be another copy. */
function isOutdated(error: unknown): boolean {
  return error instanceof Error && ['VersionError', 'DocumentNotFoundError'].includes(error.name);
}

function unsettled(cause: unknown): IntegrationError {
  return new IntegrationError(
    'MAPPING_UNSETTLED',
    'The record of the external id could be neither inserted nor updated, again and again.',
    { cause },
  );
}
