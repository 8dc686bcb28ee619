import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { WorkerProcess } from '../support/worker-process.js';

/**
 * Starts a script of this folder, with its settings as JSON in argv[2]; resolves when it has sent a message: it is
 * ready.
 */
export async function startScript(script: string, settings: object): Promise<WorkerProcess> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const worker = new WorkerProcess(fork(path, [JSON.stringify(settings)], { execArgv: ['--import', 'tsx'] }));
  await worker.next();
  return worker;
}
