import * as fc from 'fast-check';
import { mongo, Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { notPlain, plainCopy } from '../../../../lib/sync/items/plain-copy.js';

const { BSON } = mongo;

function stored(value: unknown): unknown {
  return BSON.deserialize(BSON.serialize({ value }, { ignoreUndefined: true })).value;
}

const anything = fc.anything({
  ...{ withBigInt: true, withBoxedValues: true, withDate: true, withMap: true, withNullPrototype: true, withSet: true },
  ...{ withSparseArray: true, withTypedArray: true },
  key: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('$ref', '_bsontype', '__proto__', 'toBSON', '0')),
  values: [
    fc.double(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.string({ unit: 'binary' }),
    fc.boolean(),
    fc.constantFrom(null, undefined, -0, '\ud800', Symbol('one'), () => 1),
  ],
});

describe('a copy', () => {
  it('is what the database gives back, whatever it was made of', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const copy = plainCopy(value);
        if (copy !== notPlain) expect(copy).toStrictEqual(stored(value));
      }),
      { seed: 6, numRuns: 3_000 },
    );
  });

  it('is made of everything that JSON can say', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        // MongoDB takes the keys that these differ by for something else.
        if (!/"(?:\$|_bsontype|__proto__)/.test(JSON.stringify(value))) expect(plainCopy(value)).not.toBe(notPlain);
      }),
      { seed: 6 },
    );
  });

  it('shares nothing with the original', () => {
    const original = { list: [{ number: 1 }], at: new Date(0), left: undefined };
    const copy = plainCopy(original);
    original.list[0]!.number = 2;
    original.at.setTime(1);
    expect(copy).toStrictEqual({ list: [{ number: 1 }], at: new Date(0) });
  });
});

describe('there is none', () => {
  class Money {
    amount = 1;
  }
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;

  it.each([
    ['a class of its own', new Money()],
    ['bytes, which come back as Binary', Buffer.from('a')],
    ['an id', new Types.ObjectId()],
    ['a big integer', 1n],
    ['a map', new Map()],
    ['a pattern', /a/],
    ['an invalid date', new Date(NaN)],
    ['half a character', '\ud800'],
    ['a key of half a character', { '\ud800': 1 }],
    ['a hole in a list', [1, undefined]],
    ['a reference of MongoDB', { $ref: 'a', $id: 1 }],
    ['a conversion of its own', { toBSON: () => 1 }],
    ['a cycle', cycle],
  ])('of %s', (_what, value) => {
    expect(plainCopy(value)).toBe(notPlain);
    expect(plainCopy({ deep: [value] })).toBe(notPlain);
  });
});
