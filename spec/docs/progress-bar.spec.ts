import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createProgressBar } from '../../docs/examples/demo/progress-bar.js';
import type { SyncProgress } from '../../lib/index.js';

function at(done: number): SyncProgress {
  const counts = { listed: 5_000, done, failed: 0, total: 5_000 };
  const facts = { phase: 'listing', outcome: null, ratePerSecond: 811.6, etaSeconds: 2.2 } as const;
  return { runId: '0'.repeat(24), ...counts, ...facts };
}

/** What is written to a stream, and printed as lines. */
function shown({ isTTY }: { readonly isTTY: boolean }) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 100 });
  const printed: string[] = [];
  const bar = createProgressBar(stream as unknown as NodeJS.WriteStream, (line) => printed.push(line));
  bar.update(at(1_000));
  bar.update(at(5_000));
  bar.end();
  bar.end();
  return { printed, written: String(stream.read() ?? '') };
}

describe('the progress of a sync', () => {
  it('is a bar on a terminal', () => {
    const { printed, written } = shown({ isTTY: true });
    expect(written).toContain('1000 of 5000 issues, 812 a second, 3 s left');
    expect(written).toContain('5000 of 5000 issues');
    expect(written).toContain('█');
    expect(printed).toEqual([]);
  });

  it('is a line now and then for anything else', () => {
    const { printed, written } = shown({ isTTY: false });
    expect(printed).toEqual(['   1000 of 5000 issues, 812 a second', '   5000 of 5000 issues, 812 a second']);
    expect(written).toBe('');
  });
});
