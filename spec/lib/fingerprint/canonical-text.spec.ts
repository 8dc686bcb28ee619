import fc from 'fast-check';
import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { canonicalText } from '../../../lib/fingerprint/canonical-text.js';

const same: [string, unknown, unknown][] = [
  ['keys in another order', { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }],
  ['members that are undefined', { a: 1, b: undefined }, { a: 1 }],
  ['null and nothing', null, undefined],
  ['zero and its negative', 0, -0],
  ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
  ['bytes, however they are held', Buffer.from('ab'), new Uint8Array([97, 98])],
  ['bytes within others', new Uint8Array([0, 97, 98]).subarray(1), new Uint8Array([97, 98]).buffer],
  ['what gives the same JSON', new Types.ObjectId('0123456789abcdef01234567'), '0123456789abcdef01234567'],
  ['elements that were never set', new Array(2), [undefined, null]],
];

const values: unknown[] = [
  null, true, false, 0, 1, '1', 1n, '', 'null', 'true', '[]', '{}', 'number:NaN', 'bigint:1', 'date:0', 'bytes:',
  Number.NaN, Infinity, -Infinity, 0.1, 1e21,
  [], [null], [null, null], [[]], [1], ['1'], [1, 2], [2, 1], [[1], 2], [[1, 2]], ['1,2'], ['1', '2'],
  {}, { a: null }, { a: 1 }, { a: '1' }, { b: 1 }, { a: { b: 1 } }, { 'a:1': 1 }, { a: [1] }, [{ a: 1 }], { '': 1 }, { ['__proto__']: 1 },
  Buffer.from(''), Buffer.from('a'), new Date(0), new Date(1), new Date(0).toISOString(), new Date(Number.NaN),
  new URLSearchParams('a=1'), new URLSearchParams('a=1&b=2'), new URLSearchParams('b=2&a=1'), 'a=1',
  '\ud800', '\\ud800', '"', '\u2028', 'é', 'e\u0301',
]; // prettier-ignore

describe('canonicalText()', () => {
  it.each(same)('gives one text for %s', (_what, one, other) => {
    expect(canonicalText(one)).toBe(canonicalText(other));
  });

  it('gives different texts for different values', () => {
    const texts = values.map(canonicalText);
    const doubled = values.filter((_value, index) => texts.indexOf(texts[index]!) !== index);
    expect(doubled).toEqual([]);
  });

  it('tells any two JSON values apart, and finds equal ones equal in any order of their keys', () => {
    const sorted = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(sorted);
      if (typeof value !== 'object' || value === null) return value;
      return Object.entries(value)
        .map(([key, member]) => [key, sorted(member)])
        .sort(([one], [other]) => (String(one) < String(other) ? -1 : 1));
    };
    const shape = (value: unknown) => JSON.stringify(sorted(value));
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        fc.pre(!shape(one).includes('-0') && !shape(other).includes('-0'));
        const isSame = canonicalText(one) === canonicalText(other);
        // An object and the list of its entries have the same shape here, and nothing else has.
        if (isSame) expect(shape(one)).toBe(shape(other));
        expect(canonicalText(reversed(one))).toBe(canonicalText(one));
      }),
    );
  });

  it.each<[string, unknown]>([
    ['a function', { a: () => 1 }],
    ['a symbol', [Symbol('a')]],
    ['a stream', new ReadableStream()],
    ['a form', new FormData()],
    ['a map', new Map()],
    [
      'an instance of a class',
      new (class Money {
        cents = 1;
      })(),
    ],
    ['an object of no class', Object.create(Object.create(null) as object)],
  ])('refuses %s', (_what, value) => {
    expect(() => canonicalText(value)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
  });

  it('refuses a circle, and not what only occurs twice', () => {
    const part = { a: 1 };
    const circle: Record<string, unknown> = { part };
    circle.self = [circle];
    expect(canonicalText([part, part])).toBe('[{"a":1},{"a":1}]');
    expect(() => canonicalText(circle)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
  });

  it('does not show a value in what it raises', () => {
    const secret = { password: 'hunter22', stream: new ReadableStream() };
    expect(() => canonicalText(secret)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter') }),
    );
  });
});

/** Its objects with their keys in the reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [key, member] of Object.entries(value).reverse()) copy[key] = reversed(member);
  return copy;
}
