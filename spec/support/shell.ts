import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { vi } from 'vitest';

const WAIT_MS = 60_000;

/** A shell that reads one command after the other, as a person types them. */
export interface Shell {
  /** All that was shown so far, by commands in the background too. */
  screen(): string;
  /** Resolves when the text is on the screen. */
  sees(text: string): Promise<void>;
  /** Runs commands to their end; rejects where the last one fails, with what was shown. */
  run(commands: string): Promise<void>;
  /** Ends the shell and all that it started. */
  end(): Promise<void>;
}

/** Opens one in a folder. Of the environment it knows little more than it is given, as after a fresh log-in. */
export function openShell(cwd: string, env: NodeJS.ProcessEnv): Shell {
  const { PATH, HOME } = process.env;
  // A group of its own, so that what runs in the background ends with it.
  const shell = spawn('bash', [], { cwd, env: { PATH, HOME, ...env }, detached: true });
  const closed = once(shell, 'close');
  let shown = '';
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (shown += text));
  }
  let count = 0;
  const failed = (what: string) => (): never => {
    throw new Error(`${what}\n${shown}`);
  };
  return {
    screen: () => shown,
    sees: (text) => seen(() => shown.includes(text), WAIT_MS).catch(failed(`"${text}" did not come.`)),
    async run(commands) {
      const mark = `ended-${String((count += 1))}`;
      // What is yet to be typed is for the shell alone.
      shell.stdin.write(`{\n${commands}\n} </dev/null\necho "${mark} $?"\n`);
      const end = new RegExp(`${mark} (\\d+)$`, 'm');
      const ended = seen(() => end.test(shown), 2 * WAIT_MS).catch(failed(`This did not end: ${commands}`));
      await Promise.race([ended, closed]);
      if (end.exec(shown)?.[1] !== '0') failed(`This failed: ${commands}`)();
    },
    async end() {
      if (shell.pid !== undefined && shell.exitCode === null) process.kill(-shell.pid, 'SIGTERM');
      await closed;
    },
  };
}

async function seen(condition: () => boolean, timeout: number): Promise<void> {
  await vi.waitUntil(condition, { timeout, interval: 50 });
}
