import { expect, it } from 'vitest';
import { useBuiltPackage } from '../support/built-package.js';
import { benchReport } from './bench-report.js';

useBuiltPackage();

it('keeps nothing of a call that is over (the short form of npm run bench:memory)', { timeout: 120_000 }, async () => {
  const { growthMegabytes } = (await benchReport('memory.ts', [10_000], ['--expose-gc'])) as {
    growthMegabytes: number;
  };
  expect(growthMegabytes).toBeLessThan(5);
});
