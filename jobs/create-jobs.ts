import type { Agenda } from 'agenda';
import { IntegrationError } from '../lib/errors.js';
import { instanceStopped } from '../lib/requests/call-gate.js';
import type { JobData, JobQueue, JobRunner } from '../lib/types/job-queue.js';
import { withinTime } from '../lib/within-time.js';
import { createHostEngine, createOwnEngine, type JobEngine } from './job-engine.js';
import { createJobKit, type JobKit, type JobsParts } from './job-kit.js';
import { createJobRuns, type JobRuns } from './job-runs.js';
import { sortedData } from './own-job-store.js';
import { pruneJobsName } from './prune-jobs.js';
import { runDue } from './run-due.js';
import { serveOwnAgenda } from './serve-own-agenda.js';

/** The background work of one instance. */
export interface Jobs extends JobQueue, JobRunner {
  /** Made when it is first asked for. */
  readonly agenda: Agenda;
}

/** Touches no database before something is asked of it. */
export function createJobs(parts: JobsParts): Jobs {
  const runs = createJobRuns();
  // The host may start its Agenda before us: everything has to be defined by then.
  let served = parts.agenda === null ? null : serveHost(parts, parts.agenda, runs);
  const serve = (): Served => (served ??= serveOwn(parts, runs));
  const dueRuns = new Set<Promise<unknown>>();
  let stopping = new AbortController();

  return {
    get agenda() {
      return serve().kit.engine.agenda;
    },
    async enqueue(name, data, { unlessWaiting = false } = {}) {
      await inTime(enqueue(serve().kit.engine, name, data, unlessWaiting));
    },
    async start() {
      if (stopping.signal.aborted) stopping = new AbortController();
      runs.allow();
      await serve().start();
    },
    async stop({ graceMs }) {
      stopping.abort(instanceStopped());
      runs.abort(instanceStopped());
      const ends = [runs.idle(), ...dueRuns];
      await Promise.all([served?.stop(graceMs), withinTime(Promise.allSettled(ends), graceMs, null)]);
    },
    async runDue(options = {}) {
      const { kit } = serve();
      const due = kit.prepare().then(() => runDue({ ...kit, signal: stopping.signal }, options));
      dueRuns.add(due);
      try {
        return await due;
      } finally {
        dueRuns.delete(due);
      }
    },
  };
}

/** An Agenda, and what starts and stops the work on it. */
interface Served {
  readonly kit: JobKit;
  start(): Promise<void>;
  stop(graceMs: number): Promise<void>;
}

function serveOwn(parts: JobsParts, runs: JobRuns): Served {
  const { settings, prefix } = parts;
  const engine = createOwnEngine({
    ...parts,
    collection: `${prefix}_jobs`,
    processEveryMs: settings.processEverySeconds * 1_000,
    lockMs: settings.lockSeconds * 1_000,
    maxConcurrency: settings.maxConcurrency,
  });
  const kit = createJobKit(engine, parts, runs);
  const { start, stop } = serveOwnAgenda(engine.agenda, kit);
  // Where this process is not to work, others may begin at once all the same.
  return { kit, start: settings.enabled ? start : kit.prepare, stop };
}

/** The host starts and stops it. */
function serveHost(parts: JobsParts, agenda: Agenda, runs: JobRuns): Served {
  const names = [...parts.definitions.map(({ name }) => name), pruneJobsName];
  const engine = createHostEngine(agenda, names);
  const kit = createJobKit(engine, parts, runs);
  return { kit, start: () => inTime(kit.prepare()), stop: () => Promise.resolve() };
}

async function enqueue({ agenda, store }: JobEngine, name: string, data: JobData, unlessWaiting: boolean) {
  await agenda.ready;
  if (unlessWaiting && (await store.isWaiting(name, data))) return;
  await agenda.now(name, sortedData(data));
}

const patienceMs = 5_000;
const tooLate = Symbol('too late');

/** @throws IntegrationError `JOBS_UNAVAILABLE` */
async function inTime(work: Promise<void>): Promise<void> {
  const unavailable = (cause?: unknown) =>
    new IntegrationError('JOBS_UNAVAILABLE', 'The database of the jobs does not answer.', { cause });
  const outcome = await withinTime(work, patienceMs, tooLate).catch((error: unknown) => {
    throw unavailable(error);
  });
  if (outcome === tooLate) throw unavailable();
}
