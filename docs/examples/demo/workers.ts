import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { InstanceSettings } from './instance.js';

/** Processes that work for the application. */
export interface Workers {
  /** Kills one of them, as an out-of-memory killer would: it gets no chance to hand anything over. */
  killOne(): void;
  /** Ends all of them. */
  end(): Promise<void>;
}

/** Starts so many; resolves when all of them are at work. */
export async function startWorkers(count: number, settings: InstanceSettings): Promise<Workers> {
  const workers = Array.from({ length: count }, () => startWorker(settings));
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  return {
    killOne() {
      workers[0]?.kill('SIGKILL');
    },
    async end() {
      await Promise.all(workers.map(endWorker));
    },
  };
}

function startWorker(settings: InstanceSettings): ChildProcess {
  return fork(fileURLToPath(new URL('sync-worker.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, DEMO_WORKER: JSON.stringify(settings) },
  });
}

async function endWorker(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const ended = once(worker, 'exit');
  worker.kill('SIGKILL');
  await ended;
}
