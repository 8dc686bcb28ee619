import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { useBuiltPackage } from '../support/built-package.js';
import { describeWithOwnMongod } from '../support/crashable-mongod.js';

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
    const script = fileURLToPath(new URL('soak-requests.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--expose-gc', '--import', 'tsx', script, '6000', '7'],
      { env: { ...process.env, TSX_TSCONFIG_PATH: 'tsconfig.build.json' } },
    );
    report = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Report;
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
