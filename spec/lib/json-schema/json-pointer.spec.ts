import { describe, expect, it } from 'vitest';
import { referredTo } from '../../../lib/json-schema/json-pointer.js';

describe('referredTo()', () => {
  const schema = { $defs: { 'a/b': { '~x y': 1 }, list: [{ two: 2 }] }, '': 'empty' };

  it.each([
    ['#', schema],
    ['#/$defs/a~1b/~0x%20y', 1],
    ['#/$defs/list/0/two', 2],
    ['#/', 'empty'],
    ['#/$defs/none', undefined],
    ['#/$defs/none/below', undefined],
    ['#anchor', undefined],
    ['https://example.com/schema.json#/$defs', undefined],
  ])('%s', (reference, value) => expect(referredTo(schema, reference)).toBe(value));
});
