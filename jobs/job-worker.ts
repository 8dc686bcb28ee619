import { Job, type Agenda, type JobParameters } from 'agenda';
import { withinTime } from '../lib/within-time.js';
import type { JobEngine } from './job-engine.js';
import { createJobFills, type JobFills } from './job-fills.js';
import type { JobOutcome, JobRuns } from './job-runs.js';
import { createJobSlots } from './job-slots.js';

export interface JobWorkerParts {
  readonly engine: JobEngine;
  readonly runs: JobRuns;
  /** Whether this process takes jobs of that name. */
  readonly isWanted: (name: string) => boolean;
  /** Told when jobs can't be fetched, and again when they can (null). */
  readonly onTrouble: (error: Error | null) => void;
  /** Told when a job has ended; undefined: another process has it, and its handler has not run. */
  readonly onEnd: (outcome: JobOutcome | undefined) => void;
}

/** Takes jobs and runs them. */
export interface JobWorker {
  /** Takes what is due, as far as there is room, of one name or of all. Resolves when there is no more to take. */
  poll(name?: string): Promise<void>;
  /** How many jobs it has at the moment, or is about to take. */
  running(): number;
  runningJobs(): readonly Job[];
  /** Takes no more jobs; those that run go on. */
  pause(): void;
  /** Takes no more jobs, and aborts those that run. */
  halt(reason: Error): void;
  /** After `pause()` or `halt()`: waits for what runs; whether all has ended. */
  ended(withinMs: number): Promise<boolean>;
  /** After `ended()`: gives up what has not ended, for other processes. */
  releaseRest(): Promise<void>;
}

// The database may be away, and the locks run out anyway.
const releaseMs = 2_000;

/**
 * Runs the jobs of an Agenda in place of its own processor. That one locks on while it is being stopped, loses count of
 * jobs whose locks run out, waits for the next poll when a job has ended, and leaves timers that keep a stopped process
 * alive for half the life of a lock.
 */
export function createJobWorker(parts: JobWorkerParts): JobWorker {
  const { engine, isWanted, onTrouble } = parts;
  const working = createWorking(parts, (name) => void poll(name));
  const fills: JobFills = createJobFills(working.takeOne, (error) => {
    if (error !== null) engine.agenda.emit('error', error);
    onTrouble(error);
  });

  async function poll(name?: string): Promise<void> {
    if (!working.mayTake()) return;
    const names = name === undefined ? engine.names() : [name];
    await Promise.all(names.filter(isWanted).map(fills.fill));
  }

  return {
    poll,
    running: working.taken,
    runningJobs: () => [...working.jobs.keys()],
    pause: working.pause,
    halt: working.halt,
    async ended(withinMs) {
      const all = fills.idle().then(() => Promise.all(working.jobs.values()));
      await withinTime(all, withinMs, null);
      return working.taken() === 0;
    },
    async releaseRest() {
      const rest = [...working.jobs.keys()].map(({ attrs }) => engine.store.release(attrs).catch(onTrouble));
      await withinTime(Promise.all(rest), releaseMs, null);
    },
  };
}

/** The jobs that a worker has. */
function createWorking({ engine, runs, onEnd }: JobWorkerParts, onFree: (name: string) => void) {
  const { agenda, store } = engine;
  const slots = createJobSlots();
  const jobs = new Map<Job, Promise<void>>();
  const halting = new AbortController();
  let isPaused = false;
  const mayTake = () => !isPaused && !halting.signal.aborted;

  function run(attrs: JobParameters, giveBack: () => void): void {
    const job = new Job(agenda, attrs, true);
    runs.expect(job, halting.signal);
    const ended = () => {
      jobs.delete(job);
      giveBack();
      onEnd(runs.outcomeOf(job));
      onFree(attrs.name);
    };
    // Rejects where the beginning could not be stored: somebody else has it, or will have when the lock runs out.
    jobs.set(job, job.run().then(ended, ended));
  }

  return {
    jobs,
    mayTake,
    taken: slots.taken,
    pause() {
      isPaused = true;
    },
    halt: (reason: Error) => halting.abort(reason),
    async takeOne(name: string): Promise<boolean> {
      const giveBack = mayTake() ? slots.take(name, limitOf(agenda, name)) : null;
      if (giveBack === null) return false;
      const attrs = await lockNext(agenda, name).catch((error: unknown) => {
        giveBack();
        throw error;
      });
      if (attrs === undefined) giveBack();
      else if (mayTake()) run(attrs, giveBack);
      else await store.release(attrs).finally(giveBack);
      return attrs !== undefined;
    },
  };
}

function limitOf(agenda: Agenda, name: string): number {
  const { concurrency = 1, lockLimit = 0 } = agenda.definitions[name] ?? {};
  return lockLimit > 0 ? Math.min(concurrency, lockLimit) : concurrency;
}

function lockNext(agenda: Agenda, name: string): Promise<JobParameters | undefined> {
  const now = new Date();
  const lockDeadline = new Date(now.getTime() - (agenda.definitions[name]?.lockLifetime ?? 0));
  const lastModifiedBy = agenda.attrs.name;
  return agenda.db.getNextJobToRun(name, now, lockDeadline, now, lastModifiedBy ? { lastModifiedBy } : {});
}
