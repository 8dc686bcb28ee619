import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { useBuiltPackage } from '../support/built-package.js';

useBuiltPackage();

it('keeps nothing of a call that is over (the short form of npm run bench:memory)', { timeout: 120_000 }, async () => {
  const script = fileURLToPath(new URL('memory.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--import', 'tsx', script, '10000'], {
    env: { ...process.env, TSX_TSCONFIG_PATH: 'tsconfig.build.json' },
  });
  const { growthMegabytes } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { growthMegabytes: number };
  expect(growthMegabytes).toBeLessThan(5);
});
