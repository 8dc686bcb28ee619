/**
 * Whether memory stays flat: the heap, after a forced collection, when many calls have been made, against when a tenth
 * of them had. The number of calls is an argument, 100,000 by default.
 */
import { startBenchWorld } from './bench-world.js';
import { rounded } from './measure.js';

const calls = Number(process.argv[2] ?? 100_000);
const callers = 16;

const world = await startBenchWorld('bench_memory');
await makeCalls(calls / 10);
const early = heapInMegabytes();
await makeCalls(calls - calls / 10);
const late = heapInMegabytes();
await world.close();

console.table({
  [`after ${String(calls / 10)} calls`]: { 'heap, MB': rounded(early) },
  [`after ${String(calls)} calls`]: { 'heap, MB': rounded(late) },
});
console.log(JSON.stringify({ bench: 'memory', calls, growthMegabytes: rounded(late - early) }));

async function makeCalls(count: number): Promise<void> {
  let left = count;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (left > 0) {
        left -= 1;
        await world.integration
          .at('/repos/x/issues')
          .withData({ state: 'open' })
          .as({ type: 'array', items: { type: 'object', required: ['id'] } })
          .get();
      }
    }),
  );
}

/** Collected twice, because finalizers of the first collection free more. */
function heapInMegabytes(): number {
  if (globalThis.gc === undefined) throw new Error('Run with --expose-gc: npm run bench:memory');
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}
