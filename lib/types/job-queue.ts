/** What a job is about: ids alone, never a secret; job data is shown on dashboards. */
export type JobData = Readonly<Record<string, string>>;

export interface JobContext {
  /** Aborted when the process stops, or the time for the job is over: the job hands back what it has not done. */
  readonly signal: AbortSignal;
}

/** One kind of background work. What it leaves undone must be found again by a later job: locks are no guarantee. */
export interface JobDefinition {
  /** As stored, e.g. `integrations.drain-sync-items`. */
  readonly name: string;
  /** How many of them run at once in one process. */
  readonly concurrency: number;
  /** Recurring, with so many seconds from one start to the next; absent: on demand alone. */
  readonly everySeconds?: number;
  /** Of a recurring one: whether its very first run is at once, not after an interval. Default false. */
  readonly isDueAtOnce?: boolean;
  /** False: this process leaves such jobs to others; asked before each look. Default: it takes them. */
  isWanted?(): boolean;
  run(data: JobData, context: JobContext): Promise<void>;
}

export interface EnqueueOptions {
  /** Not if such a job with the same data waits already; a saving, not a guarantee. Default false. */
  readonly unlessWaiting?: boolean;
}

/** Where the package hands work to be done in the background, by this process or another one. */
export interface JobQueue {
  enqueue(name: string, data: JobData, options?: EnqueueOptions): Promise<void>;
}

export interface RunDueOptions {
  /** How long jobs may be run, in milliseconds; then they are aborted and hand back what is left. Default 55,000. */
  readonly deadlineMs?: number;
  /** Ends it before that time. */
  readonly signal?: AbortSignal;
}

/** What `runDue()` did. */
export interface RunDueResult {
  /** Jobs that were run. */
  readonly jobs: number;
  /** How many of them failed. */
  readonly failed: number;
  /** Nothing was due any more; false: the time was over before. */
  readonly isDone: boolean;
}

/** What runs the background work in this process. */
export interface JobRunner {
  /** Makes the indexes and the recurring jobs, and runs jobs from now on, where this process is to. */
  start(): Promise<void>;
  /** Aborts what runs, waits for it for `graceMs` milliseconds, and gives up the rest, for other processes. */
  stop(options: { readonly graceMs: number }): Promise<void>;
  /** Runs what is due, several jobs at once, until nothing is due any more or the time is over. Needs no `start()`. */
  runDue(options?: RunDueOptions): Promise<RunDueResult>;
}
