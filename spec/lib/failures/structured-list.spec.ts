import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStructuredList } from '../../../lib/failures/structured-list.js';

/** The items as plain data. */
const parsed = (field: string) =>
  parseStructuredList(field)?.map(({ value, parameters }) => [value, Object.fromEntries(parameters)]);

describe('parseStructuredList', () => {
  it('reads items with their parameters', () => {
    expect(parsed('"burst";q=100;w=60, "daily" ; q=1000;pk=:c2VjcmV0:')).toBeUndefined();
    expect(parsed('"burst";q=100;w=60, "daily"; q=1000;pk=:c2VjcmV0:')).toEqual([
      ['burst', { q: 100, w: 60 }],
      ['daily', { q: 1000, pk: ':c2VjcmV0:' }],
    ]);
  });

  it('reads every kind of bare item that it knows', () => {
    expect(parsed('"a\\"b\\\\c";t=tok/en:x;d=-1.25;b=?0;flag, *token, 7')).toEqual([
      ['a"b\\c', { t: 'tok/en:x', d: -1.25, b: false, flag: true }],
      ['*token', {}],
      [7, {}],
    ]);
  });

  it('lets the last of parameters of the same name count', () => {
    expect(parsed('"a";r=1;r=2')).toEqual([['a', { r: 2 }]]);
  });

  it.each([
    '',
    ' ',
    ',',
    '"a",',
    '"a",,"b"',
    '"a" "b"',
    '"a";',
    '"a";R=1',
    '"a";r=',
    '"a";r=1.2345',
    '"a";r=1234567890123456',
    '"a',
    '"ä"',
    '"a\\n"',
    'limit=100, remaining=0, reset=60',
    '("a" "b")',
  ])('is null for %j', (field) => {
    expect(parseStructuredList(field)).toBeNull();
  });

  it('gives back what was written, whatever the names and numbers', () => {
    const name = fc.stringMatching(/^[ !#-[\]-~]{0,20}$/);
    const items = fc.array(fc.record({ name, r: fc.nat(), t: fc.nat() }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(items, (written) => {
        const field = written.map(({ name, r, t }) => `"${name}";r=${r};t=${t}`).join(', ');
        expect(parsed(field)).toEqual(written.map(({ name, r, t }) => [name, { r, t }]));
      }),
    );
  });

  it('ends, whatever it is given', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^["a;=:?, .\\0-9*-]{0,60}$/), (field) => {
        const items = parseStructuredList(field);
        expect(items === null || items.length > 0).toBe(true);
      }),
    );
  });
});
