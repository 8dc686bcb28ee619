import { beforeAll, expect, it } from 'vitest';
import { useBuiltPackage } from '../support/built-package.js';
import { describeWithOwnMongod } from '../support/crashable-mongod.js';
import { benchReport } from './bench-report.js';

const items = 2_400;

interface Report {
  readonly kills: number;
  readonly mongodKills: number;
  readonly outcome: string;
  readonly succeeded: number;
  readonly lost: number;
  readonly repeats: number;
  readonly unacknowledged: number;
  readonly cursor: unknown;
  readonly secondsAfterLastKill: number;
  readonly leaseSeconds: number;
}

useBuiltPackage();

describeWithOwnMongod('a sync of three processes under fire (the short form of npm run soak:sync)', () => {
  let report: Report;

  beforeAll(async () => {
    report = (await benchReport('soak-sync.ts', [items, 7, 150])) as Report;
  }, 180_000);

  it('goes on while processes and the database are killed', () => {
    expect(report.kills).toBeGreaterThan(0);
    expect(report.mongodKills).toBe(1);
  });

  it('handles every item, and its cursor is that of the last one', () => {
    expect(report).toMatchObject({ outcome: 'success', succeeded: items, lost: 0, cursor: items });
  });

  it('repeats nothing but what was handled and not stored at a kill', () => {
    expect(report.repeats).toBeLessThanOrEqual(report.unacknowledged);
  });

  it('is over within three lease times of the last kill', () => {
    expect(report.secondsAfterLastKill).toBeLessThan(3 * report.leaseSeconds);
  });
});
