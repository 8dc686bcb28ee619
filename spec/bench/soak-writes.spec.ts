import { beforeAll, describe, expect, it } from 'vitest';
import { useBuiltPackage } from '../support/built-package.js';
import { benchReport } from './bench-report.js';

const keys = 150;

interface Report {
  readonly kills: number;
  readonly completed: number;
  readonly released: number;
  readonly unknown: number;
  readonly inProgress: number;
  readonly strangers: number;
  readonly executedTwice: number;
  readonly completedNeverExecuted: number;
  readonly releasedButExecuted: number;
}

useBuiltPackage();

describe('writes of four processes under fire (the short form of npm run soak:writes)', () => {
  let report: Report;

  beforeAll(async () => {
    report = (await benchReport('soak-writes.ts', [keys, 7])) as Report;
  }, 180_000);

  it('happen while processes are killed', () => {
    expect(report.kills).toBeGreaterThan(0);
    expect(report.unknown).toBeGreaterThan(0);
  });

  it('are executed at most once each', () => {
    expect(report.executedTwice).toBe(0);
  });

  it('are what the ledger says: made, or not', () => {
    expect(report.completedNeverExecuted).toBe(0);
    expect(report.releasedButExecuted).toBe(0);
  });

  it('are all accounted for, and none is in progress', () => {
    const { completed, released, unknown, inProgress, strangers } = report;
    expect(completed + released + unknown).toBe(keys);
    expect([inProgress, strangers]).toEqual([0, 0]);
  });
});
