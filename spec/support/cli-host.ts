/**
 * A host's project with the built command line in it, run in a pseudo-terminal as a person would, or through pipes.
 *
 *     const cli = useCli({ config: `…` }); // integrations.config.mjs
 *     const { code, screen } = await cli.run(['list']);
 *     const session = cli.open(['install', 'github']);
 *     await session.sees('Token');
 *     session.type('secret\r');
 *     expect(await session.ended).toMatchObject({ code: 0 });
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { spawn as spawnInTerminal } from '@lydell/node-pty';
import { afterAll, beforeAll, vi } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { root } from './bootstrap/paths.mjs';
import { useBuiltPackage } from './built-package.js';

const WAIT_MS = 30_000;
const binary = join(root, manifest.bin.integrations);

/** How a command line ended. */
export interface EndedCli {
  readonly code: number;
  /** All that was shown, without colours and cursor movements; lines end with `\n`. */
  readonly screen: string;
  /** The same as it came. */
  readonly raw: string;
}

/** The same through pipes: what is for people and what is for programs come apart. */
export interface PipedCli {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line at work in a pseudo-terminal. */
export interface CliSession {
  /** Resolves when the text is on the screen. */
  sees(text: string): Promise<void>;
  type(keys: string): void;
  readonly ended: Promise<EndedCli>;
}

export interface CliHost {
  readonly folder: string;
  open(args: readonly string[], env?: NodeJS.ProcessEnv): CliSession;
  /** Opens, and waits for the end. */
  run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<EndedCli>;
  pipe(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<PipedCli>;
}

/** @param files Of the project, by name; `integrations.config.mjs` among them. */
export function useCli(files: Readonly<Record<string, string>>, env: () => NodeJS.ProcessEnv): CliHost {
  useBuiltPackage();
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'express-integrations-cli-'));
    await mkdir(join(folder, 'node_modules'));
    await symlink(root, join(folder, 'node_modules', manifest.name));
    for (const peer of Object.keys(manifest.peerDependencies)) {
      await symlink(join(root, 'node_modules', peer), join(folder, 'node_modules', peer));
    }
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  // Of this process, what says nothing about colours.
  const { PATH, HOME } = process.env;
  const environment = (more: NodeJS.ProcessEnv = {}) => ({ PATH, HOME, TERM: 'xterm-256color', ...env(), ...more });
  const host: CliHost = {
    get folder() {
      return folder;
    },
    open: (args, more) => openSession(args, folder, environment(more)),
    run: (args, more) => host.open(args, more).ended,
    pipe: (args, more) => runPiped(args, folder, environment(more)),
  };
  return host;
}

function openSession(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): CliSession {
  const terminal = spawnInTerminal(process.execPath, [binary, ...args], { cwd, env, cols: 200, rows: 50 });
  let raw = '';
  terminal.onData((data) => {
    raw += data;
  });
  const ended = new Promise<EndedCli>((resolve) => {
    terminal.onExit(({ exitCode }) => resolve({ code: exitCode, screen: plain(raw), raw }));
  });
  return {
    async sees(text) {
      await vi.waitUntil(() => plain(raw).includes(text), { timeout: WAIT_MS, interval: 20 });
    },
    type: (keys) => terminal.write(keys),
    ended,
  };
}

function runPiped(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<PipedCli> {
  const child = spawn(process.execPath, [binary, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}

function plain(text: string): string {
  return stripVTControlCharacters(text).replaceAll('\r\n', '\n');
}
