import { describe, expect, it } from 'vitest';
import { SyncResult } from '../../../lib/index.js';

describe('SyncResult', () => {
  it.each([
    ['succeeded', { succeeded: -1, failed: 0 }],
    ['failed', { succeeded: 0, failed: -1 }],
    ['skipped', { succeeded: 0, failed: 0, skipped: -1 }],
    ['failed', { succeeded: 0, failed: 0.5 }],
    ['succeeded', { succeeded: Number.NaN, failed: 0 }],
  ])('refuses what is no count, and names it: %s', (name, counts) => {
    expect(() => new SyncResult(counts)).toThrow(
      expect.objectContaining({ code: 'OPTIONS_INVALID', message: expect.stringContaining(`SyncResult: ${name} `) }),
    );
  });

  it('takes zero and positive counts', () => {
    expect(new SyncResult({ succeeded: 2, failed: 0, skipped: 3 })).toMatchObject({
      succeeded: 2,
      failed: 0,
      skipped: 3,
    });
  });

  it('counts all items', () => {
    expect(new SyncResult({ succeeded: 2, failed: 1, skipped: 3 }).total).toBe(6);
  });

  it('has failures where an item failed, and not where items were skipped', () => {
    expect(new SyncResult({ succeeded: 2, failed: 1 }).hasFailures()).toBe(true);
    expect(new SyncResult({ succeeded: 2, failed: 0, skipped: 1 }).hasFailures()).toBe(false);
  });

  it('is empty without items and cursor', () => {
    expect(SyncResult.empty()).toEqual(new SyncResult({ succeeded: 0, failed: 0, skipped: 0, cursor: null }));
    expect(SyncResult.empty().total).toBe(0);
  });

  it('carries a cursor of any kind', () => {
    expect(new SyncResult({ succeeded: 1, failed: 0, cursor: { page: 2 } }).cursor).toEqual({ page: 2 });
  });
});
