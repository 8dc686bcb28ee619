/**
 * Processes that run a script of the specs, and can be killed.
 *
 *     const processes = useProcesses('circuit-worker.ts');
 *     const worker = await processes.start({ uri, origin }); // resolves with the worker's first message
 *     await worker.ask({ calls: 100 }); // one message there, one back
 *     worker.kill('SIGKILL');
 *
 * @module
 */
import { afterAll } from 'vitest';
import { startProcess, type WorkerProcess } from './worker-process.js';

/** Starts scripts of `spec/support/`; what still runs after the tests is killed. The settings arrive as JSON in argv[2]. */
export function useProcesses(script: string) {
  const workers: WorkerProcess[] = [];
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.end()));
  });
  return {
    /** Resolves when the process has sent its first message: it is ready. */
    async start(settings: object): Promise<WorkerProcess> {
      const worker = await startProcess(script, settings);
      workers.push(worker);
      return worker;
    },
  };
}
