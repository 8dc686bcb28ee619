import { expect, it } from 'vitest';
import { benchReport } from './bench-report.js';

it('prunes in chunks beside others who write, and deletes nothing of theirs (the short form of npm run bench:prune)', async () => {
  const figures: unknown = await benchReport('prune.ts', [10_000, 50, 1]);
  expect(figures).toMatchObject({ bench: 'prune', requests: 10_000, othersP99: expect.any(Number) });
  expect(figures).toMatchObject({ chunks: 10 });
}, 180_000);
