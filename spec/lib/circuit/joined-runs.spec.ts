import { expect, it } from 'vitest';
import { createJoinedRuns } from '../../../lib/circuit/joined-runs.js';

/** Work that ends when it is told to. */
function controlledWork() {
  const ends: (() => void)[] = [];
  const run = createJoinedRuns(() => new Promise<void>((resolve) => ends.push(resolve)));
  return { run, ends };
}

it('runs once for the first, and once more for all who ask meanwhile', async () => {
  const { run, ends } = controlledWork();
  const first = run();
  const others = [run(), run(), run()];
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await first;
  await expect.poll(() => ends.length).toBe(2);
  ends[1]?.();
  await Promise.all(others);
  expect(ends).toHaveLength(2);
});

it('lets those who ask during the second run wait for a third', async () => {
  const { run, ends } = controlledWork();
  const first = run();
  const second = run();
  ends[0]?.();
  await first;
  await expect.poll(() => ends.length).toBe(2);
  const third = run();
  expect(third).not.toBe(second);
  ends[1]?.();
  await second;
  await expect.poll(() => ends.length).toBe(3);
  ends[2]?.();
  await third;
});

it('starts anew when all is done', async () => {
  const { run, ends } = controlledWork();
  for (const count of [1, 2]) {
    const done = run();
    expect(ends).toHaveLength(count);
    ends[count - 1]?.();
    await done;
  }
});
