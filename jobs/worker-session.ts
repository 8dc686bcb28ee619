import type { Agenda, AgendaStatus, DrainOptions, DrainResult } from 'agenda';
import { instanceStopped } from '../lib/requests/call-gate.js';
import { unlessAborted } from '../lib/unless-aborted.js';
import type { JobWorker } from './job-worker.js';

/** A worker from `start()` to `stop()`. */
export interface WorkerSession {
  /** Resolves when it takes jobs. */
  readonly opened: Promise<void>;
  /** Aborts what runs, waits for it, and gives up what has not ended by then. */
  close(graceMs: number): Promise<void>;
  /** Lets what runs end, and closes. */
  drain(options: DrainOptions): Promise<DrainResult>;
  runningJobs(): ReturnType<JobWorker['runningJobs']>;
}

export interface WorkerSessionParts {
  readonly worker: JobWorker;
  readonly pollMs: number;
  /** What has to be there before. */
  readonly prepare: () => Promise<void>;
  /** Tells of jobs that are inserted; what it resolves to ends that. */
  readonly listen: (onWake: (name: string) => void) => Promise<() => Promise<void>>;
}

// Who is aborted only has to notice.
const abortedMs = 5_000;

export function openWorkerSession(parts: WorkerSessionParts): WorkerSession {
  const { worker } = parts;
  const taking = beginTaking(parts);

  async function halt(graceMs: number): Promise<void> {
    worker.halt(instanceStopped());
    await taking.end();
    if (!(await worker.ended(graceMs))) await worker.releaseRest();
  }

  return {
    opened: taking.begun,
    runningJobs: () => worker.runningJobs(),
    close: halt,
    async drain({ timeout = longestWaitMs, signal }) {
      worker.pause();
      // From here on none begins, and some may end before the listening has.
      const atFirst = worker.runningJobs().length;
      await taking.end();
      const isEmpty = await endedUnlessAborted(worker, timeout, signal);
      const running = worker.runningJobs().length;
      if (!isEmpty) await halt(abortedMs);
      const aborted = signal?.aborted ?? false;
      return { completed: atFirst - running, running, timedOut: !isEmpty && !aborted, aborted };
    },
  };
}

async function endedUnlessAborted(worker: JobWorker, ms: number, signal?: AbortSignal): Promise<boolean> {
  if (signal === undefined) return worker.ended(ms);
  return unlessAborted(signal, () => worker.ended(ms)).catch(() => false);
}

/** Looks for jobs, on being told and now and then. */
function beginTaking({ worker, pollMs, prepare, listen }: WorkerSessionParts) {
  const ending = new AbortController();
  const { signal } = ending;
  let endListening = () => Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  async function begin(): Promise<void> {
    await prepare();
    if (isAborted(signal)) return;
    const end = await listen((name) => void worker.poll(name));
    if (isAborted(signal)) return end();
    endListening = end;
    // The connection keeps the process alive, as long as the application wants.
    timer = setInterval(() => void worker.poll(), pollMs).unref();
    void worker.poll();
  }

  return {
    begun: begin(),
    async end() {
      ending.abort();
      clearInterval(timer);
      await endListening();
    },
  };
}

/** The compiler takes what it has once read of a signal for true ever after. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

// The longest delay that a timer can have.
const longestWaitMs = 2 ** 31 - 1;

/** What Agenda would tell of its own processor. */
export async function sessionStatus(
  agenda: Agenda,
  session: WorkerSession | null,
  fullDetails: boolean,
): Promise<AgendaStatus> {
  const jobs = session?.runningJobs() ?? [];
  const list = () => (fullDetails ? jobs.map((job) => job.toJson()) : jobs.length);
  const { name, maxConcurrency, processEvery } = agenda.attrs;
  const jobStatus = Object.entries(agenda.definitions).map(([job, config]) => {
    const running = jobs.filter(({ attrs }) => attrs.name === job).length;
    return [job, { running, locked: running, config }] as const;
  });
  return {
    version: '6',
    queueName: name,
    totalQueueSizeDB: await agenda.db.getQueueSize(),
    config: { totalLockLimit: maxConcurrency, maxConcurrency, processEvery },
    backend: { name: 'MongoDB', hasNotificationChannel: agenda.hasNotificationChannel() },
    internal: { localQueueProcessing: 0 },
    jobStatus: Object.fromEntries(jobStatus),
    queuedJobs: fullDetails ? [] : 0,
    runningJobs: list(),
    lockedJobs: list(),
  };
}
