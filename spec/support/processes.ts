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
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

/** A running script. */
export class WorkerProcess {
  constructor(private readonly child: ChildProcess) {}

  /** Sends a message, and resolves with the next one that comes back. */
  async ask(message: object): Promise<unknown> {
    const answer = this.next();
    this.child.send(message);
    return answer;
  }

  /** The next message. Rejects when the process ends before. */
  async next(): Promise<unknown> {
    const ended = new AbortController();
    const over = once(this.child, 'exit', { signal: ended.signal }).then(([code, signal]: unknown[]) => {
      throw new Error(`The process ended with ${String(code ?? signal)} instead of an answer`);
    });
    try {
      const [message]: unknown[] = await Promise.race([once(this.child, 'message', { signal: ended.signal }), over]);
      return message;
    } finally {
      ended.abort();
      over.catch(() => undefined);
    }
  }

  /** Sends a signal: SIGKILL ends it, SIGSTOP stalls it until SIGCONT. */
  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Kills it, and resolves when it is gone. */
  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }
}

/** Starts scripts of `spec/support/`; what still runs after the tests is killed. The settings arrive as JSON in argv[2]. */
export function useProcesses(script: string) {
  const workers: WorkerProcess[] = [];
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.end()));
  });
  return {
    /** Resolves when the process has sent its first message: it is ready. */
    async start(settings: object): Promise<WorkerProcess> {
      const path = fileURLToPath(new URL(script, import.meta.url));
      const worker = new WorkerProcess(fork(path, [JSON.stringify(settings)], { execArgv: ['--import', 'tsx'] }));
      workers.push(worker);
      await worker.next();
      return worker;
    },
  };
}
