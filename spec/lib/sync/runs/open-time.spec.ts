import { expect, it } from 'vitest';
import { createOpenTime } from '../../../../lib/sync/runs/open-time.js';

it('lets nothing begin after its end', async () => {
  const time = createOpenTime();
  await time.end();
  expect(() => time.enter()).toThrow(expect.objectContaining({ code: 'SYNC_SESSION_ENDED' }));
});

it('does not end before what has begun', async () => {
  const time = createOpenTime();
  const leaves = [time.enter(), time.enter()];
  let hasEnded = false;
  const ended = time.end().then(() => {
    hasEnded = true;
  });
  leaves[0]!();
  await Promise.resolve();
  expect(hasEnded).toBe(false);
  leaves[1]!();
  await ended;
  expect(hasEnded).toBe(true);
});
