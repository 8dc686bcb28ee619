import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { useBuiltPackage } from '../support/built-package.js';

useBuiltPackage();

it('syncs ten times the items in about the same memory (the short form of npm run bench:sync -- --memory)', async () => {
  const script = fileURLToPath(new URL('sync.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, '--memory', '20000'], {
    env: { ...process.env, TSX_TSCONFIG_PATH: 'tsconfig.build.json' },
  });
  const { ratio } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { ratio: number };
  // So few items are about the garbage as well: proportional memory would be ten times.
  expect(ratio).toBeLessThan(3);
}, 120_000);
