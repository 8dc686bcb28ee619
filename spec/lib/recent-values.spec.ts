import { describe, expect, it } from 'vitest';
import { createRecentValues } from '../../lib/recent-values.js';

describe('createRecentValues', () => {
  it('drops what was not asked for the longest time', () => {
    const values = createRecentValues<number>(2);
    values.set('a', 1);
    values.set('b', 2);
    values.get('a');
    values.set('c', 3);
    expect(['a', 'b', 'c'].map((key) => values.get(key))).toEqual([1, undefined, 3]);
  });

  it('keeps nothing when it may keep nothing', () => {
    const values = createRecentValues<number>(0);
    values.set('a', 1);
    expect(values.get('a')).toBeUndefined();
  });
});
