import { expect, it } from 'vitest';
import { benchReport } from './bench-report.js';

it('serves 200 callers by one refresh, and after a kill as well (the short form of npm run bench:oauth)', async () => {
  const figures: unknown = await benchReport('oauth.ts', [1]);
  expect(figures).toEqual({
    ...{ bench: 'oauth', refreshes: 1, callers: 200, leaseMs: 2_000 },
    ...{ slowestWaiterMs: expect.any(Number), servedAfterKillMs: expect.any(Number) },
  });
}, 120_000);
