import { chmod, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { inspectBinary } from './binary.js';
import { PassedOver, type ResolvedMongod } from './types.js';

const directory = fileURLToPath(new URL('../../../node_modules/.cache/express-integrations/', import.meta.url));
const cachedBinary = join(directory, process.platform === 'win32' ? 'mongod.exe' : 'mongod');

/** The binary that an earlier run left, so that this one starts at once and offline. */
export async function findCached(): Promise<ResolvedMongod> {
  const found = await stat(cachedBinary).catch(() => undefined);
  if (found === undefined) throw new PassedOver('no earlier run has cached one', { notable: false });
  return inspectBinary(cachedBinary, 'cached by an earlier run');
}

/** Runs `fetch` with a temporary folder beside the cached binary, which is removed afterwards. */
export async function inScratchFolder<T>(fetch: (folder: string) => Promise<T>): Promise<T> {
  await mkdir(directory, { recursive: true });
  const folder = await mkdtemp(join(directory, 'fetch-'));
  try {
    return await fetch(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Checks a freshly fetched binary and moves it into the cache by a rename, so that two processes may race. */
export async function keepInCache(path: string, source: string): Promise<ResolvedMongod> {
  await chmod(path, 0o755);
  const inspected = await inspectBinary(path, source);
  await rename(path, cachedBinary);
  return { ...inspected, path: cachedBinary } as ResolvedMongod;
}
