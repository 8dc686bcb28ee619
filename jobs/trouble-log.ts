import type { LoggerLike } from '../lib/types/logger.js';

/** Logs when jobs can't be fetched any more, and when they can again (null): once each, however often it is asked. */
export function createTroubleLog(logger: LoggerLike): (trouble: Error | null) => void {
  let isTrouble = false;
  return (trouble) => {
    if (trouble !== null && !isTrouble) logger.warn('Jobs cannot be fetched.', { error: trouble.message });
    if (trouble === null && isTrouble) logger.info('Jobs can be fetched again.');
    isTrouble = trouble !== null;
  };
}
