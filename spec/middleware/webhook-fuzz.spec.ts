import { beforeAll, describe, expect, it } from 'vitest';
import { useDatabase } from '../support/database.js';
import { fuzzWebhooks, type FuzzReport } from '../support/webhook-fuzz/fuzz-webhooks.js';

const database = useDatabase();

describe('webhooks of all kinds (the short form of npm run fuzz:webhooks)', () => {
  let report: FuzzReport;

  beforeAll(async () => {
    report = await fuzzWebhooks({ uri: database.uri, requests: 1_500, seed: 20_261_121, measures: 4 });
  }, 90_000);

  it('are answered as they should be, and make nothing fail', () => {
    expect(report.failure).toBeNull();
    expect(report.errors).toEqual([]);
  });

  it('are stored once where they are signed, and not at all otherwise', () => {
    const { unverified, doubled, lost } = report;
    expect({ unverified, doubled, lost }).toEqual({ unverified: [], doubled: [], lost: [] });
    expect(report.stored).toBeGreaterThan(0);
  });

  it('are accepted for a good part', () => {
    expect(report.requests).toBeGreaterThanOrEqual(1_500);
    expect(report.accepted / report.requests).toBeGreaterThan(0.05);
  });

  it('leave nothing in memory', () => {
    const [early, late] = [report.measures[1], report.measures.at(-1)];
    expect(late!.heapMegabytes - early!.heapMegabytes).toBeLessThan(10);
  });
});
