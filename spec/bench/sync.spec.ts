import { expect, it } from 'vitest';
import { useBuiltPackage } from '../support/built-package.js';
import { benchReport } from './bench-report.js';

useBuiltPackage();

it('syncs ten times the items in about the same memory (the short form of npm run bench:sync -- --memory)', async () => {
  const { ratio } = (await benchReport('sync.ts', ['--memory', 20_000])) as { ratio: number };
  // So few items are about the garbage as well: proportional memory would be ten times.
  expect(ratio).toBeLessThan(3);
}, 120_000);
