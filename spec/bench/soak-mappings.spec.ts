import { beforeAll, expect, it } from 'vitest';
import { useBuiltPackage } from '../support/built-package.js';
import { describeWithOwnMongod } from '../support/crashable-mongod.js';
import { benchReport } from './bench-report.js';

interface Report {
  readonly killed: number;
  readonly failures: number;
  readonly records: number;
  readonly mappings: number;
  readonly orphans: number;
  readonly incomplete: number;
}

useBuiltPackage();

describeWithOwnMongod(
  '8 processes that upsert the same ids and are killed (the short form of npm run soak:mappings)',
  () => {
    const ids = 40;
    let report: Report;

    beforeAll(async () => {
      report = (await benchReport('soak-mappings.ts', [ids, 8, 2])) as Report;
    }, 180_000);

    it('leave one record and one mapping for each id, and no orphan', () => {
      expect(report.killed).toBeGreaterThan(0);
      expect(report).toMatchObject({ records: ids, mappings: ids, orphans: 0 });
    });

    it('write one after the other: each record has what all of them wrote', () => {
      expect(report).toMatchObject({ failures: 0, incomplete: 0 });
    });
  },
);
