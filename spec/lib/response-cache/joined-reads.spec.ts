import { expect, it } from 'vitest';
import { createJoinedReads } from '../../../lib/response-cache/joined-reads.js';
import { deferred } from './cache-world.js';

/** Reads that end when they are told to. */
function heldReads() {
  const begun: { readonly key: string; end(value: string): void }[] = [];
  const read = createJoinedReads((key: string) => {
    const { promise, resolve } = deferred<string>();
    begun.push({ key, end: resolve });
    return promise;
  });
  return { begun, read };
}

it('who asks during a read shares the next one, which begins after all of them have asked', async () => {
  const { begun, read } = heldReads();
  const first = read('a');
  const others = [read('a'), read('a')];
  expect(begun).toHaveLength(1);
  begun[0]!.end('old');
  await expect(first).resolves.toBe('old');
  await expect.poll(() => begun.length).toBe(2);
  begun[1]!.end('new');
  await expect(Promise.all(others)).resolves.toEqual(['new', 'new']);
});

it('keys do not wait for each other', () => {
  const { begun, read } = heldReads();
  void read('a');
  void read('b');
  expect(begun.map(({ key }) => key)).toEqual(['a', 'b']);
});

it('a read that is over is not given to who asks later', async () => {
  const { begun, read } = heldReads();
  const first = read('a');
  begun[0]!.end('old');
  await first;
  const second = read('a');
  begun[1]!.end('new');
  await expect(second).resolves.toBe('new');
});
