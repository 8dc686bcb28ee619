import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { cacheFolder, root } from './bootstrap/paths.mjs';
import { compiledWorkers } from './worker-process.js';

/** Scripts of `spec/support/` that run in processes of their own. */
const workers = ['*-worker.ts', 'rate-server.ts', 'oidc-server-process.ts', 'webhook-fuzz/server.ts'];

/** The workers of a run, compiled. */
export interface CompiledWorkers {
  /** Compiles them anew: a watched file has changed. */
  renew(): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Compiles the workers for a whole run, each with what it imports of ours: by tsx each process would take a second of
 * its core to begin, and there are hundreds.
 */
export async function compileWorkers(): Promise<CompiledWorkers> {
  await mkdir(cacheFolder, { recursive: true });
  const folder = await mkdtemp(join(cacheFolder, 'workers-'));
  await compileInto(folder);
  process.env[compiledWorkers] = folder;
  return { renew: () => compileInto(folder), remove: () => rm(folder, { recursive: true, force: true }) };
}

async function compileInto(outdir: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: workers.map((pattern) => `./spec/support/${pattern}`),
    ...{ outbase: 'spec/support', outdir, outExtension: { '.js': '.mjs' } },
    ...{ bundle: true, splitting: true, packages: 'external', platform: 'node', format: 'esm', target: 'node20' },
    ...{ sourcemap: 'inline', keepNames: true, logLevel: 'warning' },
  });
}
