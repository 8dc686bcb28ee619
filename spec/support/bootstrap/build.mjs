import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { cacheFolder, root } from './paths.mjs';

const ROOMS = ['lib', 'schemas', 'providers', 'middleware', 'jobs'];
const INPUTS = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
const dist = join(root, 'dist');
const stamp = join(cacheFolder, 'built-from');

/**
 * Compiles the package into dist/, unless that was made from the very same sources.
 *
 * @throws {Error} With the compiler's output
 */
export async function ensureBuilt() {
  if (isCurrent()) return;
  await withLock('build', () => {
    if (!isCurrent()) build();
  });
}

function isCurrent() {
  return existsSync(dist) && existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint();
}

/** Compiles beside dist/ and swaps: a deleted source leaves nothing behind, a failing build leaves the old one. */
function build() {
  const madeFrom = fingerprint();
  const fresh = join(cacheFolder, `dist-${process.pid}`);
  const old = `${fresh}-old`;
  try {
    compile(fresh);
    rmSync(stamp, { force: true });
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(fresh, dist);
    writeFileSync(stamp, madeFrom);
  } finally {
    for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder */
function compile(folder) {
  mkdirSync(cacheFolder, { recursive: true });
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const args = [tsc, '-p', 'tsconfig.build.json', '--outDir', folder];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The package does not compile:\n${stdout}`);
}

function fingerprint() {
  const hash = createHash('sha256');
  for (const file of [...INPUTS, ...ROOMS.flatMap(sourcesOf)])
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/** @param {string} room */
function sourcesOf(room) {
  if (!existsSync(join(root, room))) return [];
  const entries = readdirSync(join(root, room), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.map((file) => file.slice(root.length)).sort();
}
