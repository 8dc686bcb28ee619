import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseExternalId } from '../../../lib/mappings/external-id.js';

const refused: [string, unknown][] = [
  ['an empty text', ''],
  ['a text of 501 characters', 'x'.repeat(501)],
  ['half of a surrogate pair', 'a\ud83d'],
  ['NaN', NaN],
  ['an infinite number', -Infinity],
  ['minus zero', -0],
  ['an integer that others are rounded to', 2 ** 53],
  ['a number that is written with an exponent', 1e-7],
  ['a boolean', true],
  ['null', null],
  ['undefined', undefined],
  ['a query operator', { $ne: null }],
  ['a list', ['42']],
  ['a bigint', 42n],
];

describe('an external id', () => {
  it.each([
    [42, '42'],
    [0, '0'],
    [-7, '-7'],
    [1.5, '1.5'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
  ])('that is the number %d is the text %s', (number, text) => {
    expect(normaliseExternalId(number)).toBe(text);
  });

  it.each(['42', ' A 1 ', '0042', 'Ä', '💡'.repeat(250), 'gid://shop/Order/1'])(
    'that is a text stays as it is: %s',
    (id) => {
      expect(normaliseExternalId(id)).toBe(id);
    },
  );

  it('is the same for a safe integer and its text, and for no other', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (one, other) => {
        expect(normaliseExternalId(one)).toBe(normaliseExternalId(String(one)));
        expect(normaliseExternalId(one) === normaliseExternalId(other)).toBe(one === other);
      }),
    );
  });

  it.each(refused)('is not %s', (_name, id) => {
    expect(() => normaliseExternalId(id as string)).toThrow(
      expect.objectContaining({ code: 'MAPPING_INVALID', status: 422 }),
    );
  });
});
