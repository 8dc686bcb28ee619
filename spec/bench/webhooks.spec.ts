import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { useBuiltPackage } from '../support/built-package.js';

useBuiltPackage();

it('acknowledges, stores and handles every delivery (the short form of npm run bench:webhooks)', async () => {
  const script = fileURLToPath(new URL('webhooks.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, '200', '1'], {
    env: { ...process.env, TSX_TSCONFIG_PATH: 'tsconfig.build.json' },
  });
  const { bench, ...figures } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
  expect(bench).toBe('webhooks');
  // So few say nothing of the time: the benchmark fails by itself where one is not acknowledged, stored or handled.
  expect(figures).toEqual({
    receive64: expect.any(Number),
    process64: expect.any(Number),
    sealed64: expect.any(Number),
    receive1: expect.any(Number),
    handledMedianMs: expect.any(Number),
    handledP99Ms: expect.any(Number),
  });
}, 120_000);
