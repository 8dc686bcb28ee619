import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A running script. */
export class WorkerProcess {
  constructor(private readonly child: ChildProcess) {}

  /** Sends a message, and waits for nothing. */
  send(message: object): void {
    this.child.send(message);
  }

  /** Sends a message, and resolves with the next one that comes back. */
  async ask(message: object): Promise<unknown> {
    const answer = this.next();
    this.send(message);
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

/** The variable that names the folder of the compiled scripts, where there is one. */
export const compiledWorkers = 'COMPILED_WORKERS';

/**
 * Starts a script, with its settings as JSON in argv[2]; resolves when it has sent a message: it is ready.
 *
 * @param script A URL, or a path from `spec/support/`: what has been compiled of these is run as that.
 */
export async function startProcess(script: string, settings: object): Promise<WorkerProcess> {
  const folder = process.env[compiledWorkers];
  const compiled = folder === undefined ? '' : join(folder, script.replace(/\.ts$/u, '.mjs'));
  const isCompiled = existsSync(compiled);
  const path = isCompiled ? compiled : fileURLToPath(new URL(script, import.meta.url));
  const execArgv = isCompiled ? ['--enable-source-maps'] : ['--import', 'tsx'];
  const worker = new WorkerProcess(fork(path, [JSON.stringify(settings)], { execArgv }));
  await worker.next();
  return worker;
}
