/**
 * Jobs of a spec's own, each time in a collection of their own, stopped after the test.
 *
 *     const world = useJobs(database);
 *     const { jobs, documents } = world.open({ definitions: [{ name: 'a', concurrency: 1, run }] });
 */
import type { Agenda } from 'agenda';
import type { Connection } from 'mongoose';
import { afterEach } from 'vitest';
import { createJobs } from '../../jobs/create-jobs.js';
import type { JobsSettings } from '../../lib/options.js';
import type { JobDefinition } from '../../lib/types/job-queue.js';
import type { Database } from '../support/database.js';
import { memoryLogger } from '../support/memory-logger.js';

const fastSettings: JobsSettings = {
  enabled: true,
  processEverySeconds: 0.05,
  lockSeconds: 1,
  maxConcurrency: 20,
  keepFailedDays: 7,
};

export interface OpenJobs {
  readonly definitions?: readonly JobDefinition[];
  readonly settings?: Partial<JobsSettings>;
  readonly agenda?: Agenda | null;
  readonly connection?: Connection;
  /** Of another one that was opened: both have the same jobs. Default: one of its own. */
  readonly prefix?: string;
}

let count = 0;

export function useJobs(database: Pick<Database, 'connection'>) {
  const opened: { stop(options: { graceMs: number }): Promise<void> }[] = [];
  afterEach(async () => {
    for (const jobs of opened.splice(0)) await jobs.stop({ graceMs: 1_000 });
  });
  return {
    open(options: OpenJobs = {}) {
      const { definitions = [], settings = {}, agenda = null, connection = database.connection } = options;
      const prefix = options.prefix ?? `jobs${String((count += 1))}`;
      const logger = memoryLogger();
      const redact = (text: string) => text.replaceAll('hunter2', '[redacted]');
      const parts = { connection, prefix, agenda, definitions, logger, redact };
      const jobs = createJobs({ ...parts, settings: { ...fastSettings, ...settings } });
      opened.push(jobs);
      const collection = database.connection.collection(`${prefix}_jobs`);
      /** As they are stored: those of a name, or all. */
      const documents = (name?: string) => collection.find(name === undefined ? {} : { name }).toArray();
      return { jobs, logger, prefix, collection, documents };
    },
  };
}

/** A promise, and what resolves it. */
export function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

/** Resolves when the signal is aborted. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
