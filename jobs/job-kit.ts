import type { Agenda } from 'agenda';
import type { Connection } from 'mongoose';
import type { JobsSettings } from '../lib/options.js';
import type { JobDefinition } from '../lib/types/job-queue.js';
import type { LoggerLike } from '../lib/types/logger.js';
import { defineJobs } from './define-jobs.js';
import type { JobEngine } from './job-engine.js';
import type { JobOutcome, JobRuns } from './job-runs.js';
import { createJobWorker, type JobWorker } from './job-worker.js';
import { pruneJobs } from './prune-jobs.js';
import { shareConcurrency } from './share-concurrency.js';
import { createTroubleLog } from './trouble-log.js';

export interface JobsParts {
  readonly connection: Connection;
  readonly prefix: string;
  /** The host's own; null: one on the application's connection. */
  readonly agenda: Agenda | null;
  readonly definitions: readonly JobDefinition[];
  readonly settings: JobsSettings;
  readonly logger: LoggerLike;
  /** Takes secrets out of what a job failed with. */
  readonly redact: (text: string) => string;
}

/** An Agenda with our definitions on it. */
export interface JobKit {
  readonly engine: JobEngine;
  readonly pollMs: number;
  createWorker(onEnd?: (outcome: JobOutcome | undefined) => void): JobWorker;
  /** Makes the indexes and the recurring jobs; waits for the connection. */
  prepare(): Promise<void>;
}

export function createJobKit(engine: JobEngine, parts: JobsParts, runs: JobRuns): JobKit {
  const { settings, logger, redact } = parts;
  const { agenda, store } = engine;
  const definitions = [...parts.definitions, pruneJobs(store, settings.keepFailedDays)];
  const shares = shareConcurrency(definitions, settings.maxConcurrency);
  const isWanted = (name: string) => definitions.find((each) => each.name === name)?.isWanted?.() ?? true;
  defineJobs(agenda, { definitions, shares, lockMs: settings.lockSeconds * 1_000, runs, logger, redact });
  return {
    engine,
    pollMs: settings.processEverySeconds * 1_000,
    createWorker: (onEnd = () => undefined) =>
      createJobWorker({ engine, runs, isWanted, onTrouble: createTroubleLog(logger), onEnd }),
    async prepare() {
      await agenda.ready;
      await store.install();
      await store.ensureRecurring(definitions);
    },
  };
}
