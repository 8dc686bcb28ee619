import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('serves 200 callers by one refresh, and after a kill as well (the short form of npm run bench:oauth)', async () => {
  const script = fileURLToPath(new URL('oauth.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, '1']);
  const figures: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  expect(figures).toEqual({
    ...{ bench: 'oauth', refreshes: 1, callers: 200, leaseMs: 2_000 },
    ...{ slowestWaiterMs: expect.any(Number), servedAfterKillMs: expect.any(Number) },
  });
}, 120_000);
