import { beforeAll, expect, it } from 'vitest';
import { useBuiltPackage } from '../support/built-package.js';
import { describeWithOwnMongod } from '../support/crashable-mongod.js';
import { benchReport } from './bench-report.js';

interface Report {
  readonly webhooks: number;
  readonly kills: number;
  readonly mongodKills: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly stuck: number;
  readonly failed: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly refused: number;
  readonly unexpected: readonly string[];
}

useBuiltPackage();

describeWithOwnMongod('webhooks of two processes under fire (the short form of npm run soak:webhooks)', () => {
  let report: Report;

  beforeAll(async () => {
    report = (await benchReport('soak-webhooks.ts', [4, 150, 7])) as Report;
  }, 180_000);

  it('go on while a process and the database are killed', () => {
    expect(report).toMatchObject({ kills: 1, mongodKills: 1 });
    expect(report.webhooks).toBeGreaterThanOrEqual(4 * 150);
  });

  it('are all handled that were acknowledged, and none is stuck', () => {
    expect(report).toMatchObject({ acknowledged: report.webhooks, lost: 0, stuck: 0, failed: 0 });
  });

  it('are stored once, however often they come', () => {
    expect(report.stored).toBe(report.webhooks);
    expect(report.duplicates).toBeGreaterThan(0);
  });

  it('are answered by what makes their senders try again while the database is away, and by nothing else', () => {
    expect(report.refused).toBeGreaterThan(0);
    expect(report.unexpected).toEqual([]);
  });
});
