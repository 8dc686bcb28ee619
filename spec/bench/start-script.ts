import { startProcess, type WorkerProcess } from '../support/worker-process.js';

/** Like {@link startProcess}, for a script of this folder. */
export function startScript(script: string, settings: object): Promise<WorkerProcess> {
  return startProcess(new URL(script, import.meta.url).href, settings);
}
