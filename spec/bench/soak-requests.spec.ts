import { beforeAll, expect, it } from 'vitest';
import { useBuiltPackage } from '../support/built-package.js';
import { describeWithOwnMongod } from '../support/crashable-mongod.js';
import { benchReport } from './bench-report.js';

interface Report {
  readonly sent: number;
  readonly logged: number;
  readonly losses: number;
  readonly stuck: number;
  readonly growthMegabytes: number;
}

useBuiltPackage();

describeWithOwnMongod('many calls through random faults (the short form of npm run soak:requests)', () => {
  let report: Report;

  beforeAll(async () => {
    report = (await benchReport('soak-requests.ts', [6_000, 7], ['--expose-gc'])) as Report;
  }, 180_000);

  it('are all accounted for in the log', () => {
    expect(report.logged).toBe(report.sent);
    expect(report.losses).toBe(0);
  });

  it('leave no lease and no probe behind', () => {
    expect(report.stuck).toBe(0);
  });

  it('leave nothing in memory', () => {
    expect(report.growthMegabytes).toBeLessThan(10);
  });
});
