import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { root } from './markdown.js';

/** How an example ended. */
export interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An example that runs in a process of its own. */
export interface ExampleProcess {
  /** Resolves when the process is gone. */
  readonly ended: Promise<Ending>;
  /** What it has printed so far. */
  stdout(): string;
  /** Asks it to end. */
  stop(signal?: NodeJS.Signals): void;
}

/** Runs an example as `npm run demo` runs it: against the built package. The environment is the test's alone. */
export function runExample(path: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): ExampleProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', path, ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, TSX_TSCONFIG_PATH: 'tsconfig.build.json', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    stdout: stdout(),
    stderr: stderr(),
  }));
  return {
    ended,
    stdout,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
    },
  };
}

function collect(stream: Readable): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}
