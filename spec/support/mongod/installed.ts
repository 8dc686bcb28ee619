import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { inspectBinary } from './binary.js';
import { PassedOver, type ResolvedMongod } from './types.js';

const executable = process.platform === 'win32' ? 'mongod.exe' : 'mongod';

/** The binary that `MONGOD` names. */
export async function findNamed(): Promise<ResolvedMongod> {
  const path = process.env.MONGOD;
  if (path === undefined || path === '') throw new PassedOver('MONGOD is not set', { notable: false });
  return inspectBinary(path, 'MONGOD');
}

/** The first `mongod` of the `PATH`. */
export async function findOnPath(): Promise<ResolvedMongod> {
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const path = join(folder, executable);
    if (await isExecutable(path)) return inspectBinary(path, 'PATH');
  }
  throw new PassedOver('none on the PATH', { notable: false });
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
