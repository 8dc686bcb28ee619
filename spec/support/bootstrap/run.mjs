import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { root } from './paths.mjs';

/** @typedef {{ env?: NodeJS.ProcessEnv; stdin?: 'ignore' | 'inherit' }} RunOptions */

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Runs node with these arguments in the checkout's root, hands signals on, and returns the exit code.
 *
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<number>}
 */
export function runNode(args, { env = {}, stdin = 'ignore' } = {}) {
  const options = { cwd: root, env: { ...process.env, ...env }, stdio: [stdin, 'inherit', 'inherit'] };
  const child = spawn(process.execPath, args, /** @type {import('node:child_process').SpawnOptions} */ (options));
  // The child decides how to end; we stay to report it.
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}
