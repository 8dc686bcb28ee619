import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLossReporter, type Loss } from '../../../lib/request-log/loss-reporter.js';

describe('createLossReporter', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function reporter() {
    const reports: Loss[] = [];
    return { reports, ...createLossReporter((loss) => reports.push(loss)) };
  }

  it('reports the first loss at once', () => {
    const { reports, note } = reporter();
    note(1, 'overflow');
    expect(reports).toEqual([{ count: 1, reason: 'overflow' }]);
  });

  it('sums up by reason what is lost in the ten seconds after a report', () => {
    const { reports, note } = reporter();
    note(1, 'overflow');
    for (let index = 0; index < 1000; index += 1) note(2, 'overflow');
    note(3, 'refused');
    vi.advanceTimersByTime(9_999);
    expect(reports).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(reports.slice(1)).toEqual([
      { count: 2000, reason: 'overflow' },
      { count: 3, reason: 'refused' },
    ]);
  });

  it('reports at once again after a quiet time', () => {
    const { reports, note } = reporter();
    note(1, 'overflow');
    vi.advanceTimersByTime(10_000);
    note(5, 'stopped');
    expect(reports.at(-1)).toEqual({ count: 5, reason: 'stopped' });
  });

  it('reports the rest when it is flushed, and nothing twice', () => {
    const { reports, note, flush } = reporter();
    note(1, 'overflow');
    note(2, 'stopped');
    flush();
    flush();
    vi.advanceTimersByTime(60_000);
    expect(reports).toEqual([
      { count: 1, reason: 'overflow' },
      { count: 2, reason: 'stopped' },
    ]);
  });

  it('says nothing where nothing is lost', () => {
    const { reports, flush } = reporter();
    flush();
    expect(reports).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
