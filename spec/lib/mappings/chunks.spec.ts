import { expect, it } from 'vitest';
import { inChunks } from '../../../lib/mappings/chunks.js';

it('puts a hundred thousand usual ids into one command', () => {
  const ids = Array.from({ length: 100_000 }, (_, index) => `gid://shop/Order/${index}`);
  expect([...inChunks(ids)]).toEqual([ids]);
});

it('splits what one command cannot hold, and loses nothing', () => {
  const ids = Array.from({ length: 20_000 }, (_, index) => `${index}`.padEnd(500, '€'));
  const chunks = [...inChunks(ids)];
  expect(chunks.flat()).toEqual(ids);
  expect(chunks.length).toBeGreaterThan(1);
  for (const chunk of chunks) expect(Buffer.byteLength(JSON.stringify(chunk))).toBeLessThan(16 * 1024 * 1024);
});

it('leaves room for the record ids, which follow in another command', () => {
  const ids = Array.from({ length: 250_000 }, (_, index) => `${index}`);
  expect([...inChunks(ids)].map(({ length }) => length)).toEqual([100_000, 100_000, 50_000]);
});

it('makes no command of nothing', () => {
  expect([...inChunks([])]).toEqual([]);
});
