import { expect, it } from 'vitest';
import { useBuiltPackage } from '../support/built-package.js';
import { benchReport } from './bench-report.js';

useBuiltPackage();

it('acknowledges, stores and handles every delivery (the short form of npm run bench:webhooks)', async () => {
  const { bench, ...figures } = (await benchReport('webhooks.ts', [200, 1])) as Record<string, unknown>;
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
