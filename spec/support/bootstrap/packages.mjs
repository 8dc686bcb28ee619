import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { withLock } from './lock.mjs';
import { root } from './paths.mjs';

/** What the npm command that started us was told, and what a plain install must not hear. */
const NOT_INHERITED =
  /^(NODE_ENV|npm_config_(omit|include|only|production|global|location|dry_run|package_lock_only))$/i;

/** Installs the npm packages where they are missing or not those of package-lock.json: once, however many ask. */
export async function ensurePackages() {
  if (packagesAreCurrent()) return;
  await withLock('packages', () => {
    if (!packagesAreCurrent()) install();
  });
}

/** @typedef {{ version?: string; optional?: boolean; devOptional?: boolean }} LockedPackage */

/** Compares by content: a checkout's file times say nothing. */
function packagesAreCurrent() {
  const installed = readPackages('node_modules/.package-lock.json');
  const wanted = readPackages('package-lock.json') ?? {};
  if (installed === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    const present = installed[path];
    if (path === '') return true;
    // Those for other platforms are left out of an install.
    if (present === undefined) return entry.optional === true || entry.devOptional === true;
    return present.version === entry.version;
  });
}

/**
 * @param {string} path
 * @returns {Record<string, LockedPackage> | undefined}
 */
function readPackages(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function install() {
  console.log('bootstrap: installing the npm packages (npm ci)');
  const { command, args } = npm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !NOT_INHERITED.test(name)));
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error('npm ci failed: see above. The packages need a reachable npm registry once.');
}

/**
 * The npm that started us, else the one on the PATH.
 *
 * @param {string[]} args
 */
function npm(args) {
  const script = process.env.npm_execpath ?? '';
  if (basename(script) === 'npm-cli.js') return { command: process.execPath, args: [script, ...args] };
  return { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', args };
}
