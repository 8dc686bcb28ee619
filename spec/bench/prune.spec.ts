import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('prunes in chunks beside others who write, and deletes nothing of theirs (the short form of npm run bench:prune)', async () => {
  const script = fileURLToPath(new URL('prune.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, '10000', '50', '1']);
  const figures: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  expect(figures).toMatchObject({ bench: 'prune', requests: 10_000, othersP99: expect.any(Number) });
  expect(figures).toMatchObject({ chunks: 10 });
}, 180_000);
