import { describe, expect, it } from 'vitest';
import { createOpenedValues } from '../../../lib/credentials/opened-values.js';

const opened = { binding: 'b', json: '{}', secrets: [] };

describe('createOpenedValues', () => {
  it('drops what was not asked for the longest time', () => {
    const values = createOpenedValues(2);
    values.set('a', opened);
    values.set('b', opened);
    values.get('a');
    values.set('c', opened);
    expect(['a', 'b', 'c'].filter((key) => values.get(key) !== undefined)).toEqual(['a', 'c']);
  });

  it('keeps nothing when it may keep nothing', () => {
    const values = createOpenedValues(0);
    values.set('a', opened);
    expect(values.get('a')).toBeUndefined();
  });
});
