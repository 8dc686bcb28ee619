import { expect, it, vi } from 'vitest';
import { createBriefMemory } from '../../lib/brief-memory.js';

const answers = (...values: (string | null | Error)[]) => {
  const left = [...values];
  return vi.fn(async () => {
    const next = left.length > 1 ? left.shift()! : left[0]!;
    if (next instanceof Error) throw next;
    return next;
  });
};

it('looks once for all who ask at the same time, and shortly after', async () => {
  const memory = createBriefMemory<string | null>({ keepMs: 60_000, limit: 10 });
  const look = answers('a', 'b');
  expect(await Promise.all([memory('key', look), memory('key', look)])).toEqual(['a', 'a']);
  expect(await memory('key', look)).toBe('a');
  expect(await memory('another', look)).toBe('b');
  expect(look).toHaveBeenCalledTimes(2);
});

it('looks again when that was a while ago', async () => {
  const memory = createBriefMemory<string | null>({ keepMs: 0, limit: 10 });
  const look = answers('a', 'b');
  expect([await memory('key', look), await memory('key', look)]).toEqual(['a', 'b']);
});

it('does not remember what is not worth it, nor a failure', async () => {
  const memory = createBriefMemory<string | null>({ keepMs: 60_000, limit: 10, isWorth: (value) => value !== null });
  const look = answers(null, new Error('away'), 'a');
  expect(await memory('key', look)).toBeNull();
  await expect(memory('key', look)).rejects.toThrow('away');
  expect(await memory('key', look)).toBe('a');
});

it('remembers no more than it may', async () => {
  const memory = createBriefMemory<string | null>({ keepMs: 60_000, limit: 2 });
  const look = answers('a');
  for (const key of ['1', '2', '3', '1']) await memory(key, look);
  expect(look).toHaveBeenCalledTimes(4);
});
