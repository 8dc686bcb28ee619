import type { OwnAgenda } from './own-agenda.js';
import type { JobKit } from './job-kit.js';
import { openWorkerSession, sessionStatus, type WorkerSession } from './worker-session.js';

// As long as `stop()` of an instance takes by default.
const defaultGraceMs = 10_000;

/** Starts and stops a worker for the package's own Agenda, also where that is asked to start or stop by itself. */
export function serveOwnAgenda(agenda: OwnAgenda, { engine, pollMs, createWorker, prepare }: JobKit) {
  let session: WorkerSession | null = null;

  async function listen(onWake: (name: string) => void) {
    const endWatch = await engine.watch(onWake);
    const endEnqueued = engine.onEnqueued(onWake);
    return async () => {
      endEnqueued();
      await endWatch();
    };
  }

  async function start(): Promise<void> {
    session ??= openWorkerSession({ worker: createWorker(), pollMs, prepare, listen });
    const own = session;
    try {
      await own.opened;
    } catch (error) {
      if (session === own) session = null;
      throw error;
    }
  }

  /** What is started from now on is another one. */
  function endSession(): WorkerSession | null {
    const ending = session;
    session = null;
    return ending;
  }

  const stop = async (graceMs: number) => {
    await endSession()?.close(graceMs);
  };
  agenda.servedBy({
    start,
    stop: () => stop(defaultGraceMs),
    drain: async (options) =>
      (await endSession()?.drain(options)) ?? { completed: 0, running: 0, timedOut: false, aborted: false },
    isStarted: () => session !== null,
    status: (fullDetails) => sessionStatus(agenda, session, fullDetails),
  });
  return { start, stop };
}
