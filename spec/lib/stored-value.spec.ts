import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { comesBackAlike, decodeValue, encodeValue } from '../../lib/stored-value.js';

class Money {
  constructor(readonly cents: number) {}
}

const roundTrip = (value: unknown): unknown => decodeValue(encodeValue(value)!);

describe('a value that is stored', () => {
  it('comes back as what it was, whatever plain data it is', () => {
    const plain = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
    });
    fc.assert(
      fc.property(plain, (value) => {
        expect(roundTrip(value)).toEqual(value);
        expect(comesBackAlike(value)).toBe(true);
      }),
    );
  });

  it.each([[null], [undefined], [-0], [Number.NaN], [''], [Buffer.from('a')], [new Date(Number.NaN)], [/a/gi]])(
    'comes back with its type: %s',
    (value) => {
      expect(roundTrip(value)).toStrictEqual(value);
    },
  );

  it('may contain itself', () => {
    const circle: Record<string, unknown> = { a: 1 };
    circle.self = circle;
    expect(roundTrip(circle)).toEqual(circle);
  });

  it('is a copy for each reader, bytes included', () => {
    const stored = encodeValue({ bytes: Buffer.from('abc'), numbers: new Float64Array([1]) })!;
    const read = () => decodeValue(stored) as { bytes: Buffer; numbers: Float64Array };
    const one = read();
    one.bytes[0] = 0;
    one.numbers[0] = 7;
    expect(read()).toEqual({ bytes: Buffer.from('abc'), numbers: new Float64Array([1]) });
  });

  it('comes back as plain data where it is an instance of a class', () => {
    expect(roundTrip({ price: new Money(5) })).toStrictEqual({ price: { cents: 5 } });
  });
});

describe('what cannot be stored', () => {
  it.each<[string, unknown]>([
    ['a function', () => 1],
    ['a symbol', Symbol('a')],
    ['a method', { run: () => 1 }],
    ['a promise', Promise.resolve(1)],
    ['a stream', Readable.from(['a'])],
    ['a web stream', new ReadableStream()],
    ['a fetch Response', new Response('a')],
    ['a fetch Response in a list', [{ response: new Response('a') }]],
    ['a URL', new URL('https://example.com')],
    ['a blob', new Blob(['a'])],
    ['a weak map', new WeakMap()],
    [
      'a getter that throws',
      Object.defineProperty({}, 'a', { enumerable: true, get: () => JSON.parse('{') as unknown }),
    ],
  ])('is told, instead of storing what it is not: %s', (_what, value) => {
    expect(encodeValue(value)).toBeNull();
  });
});

describe('comesBackAlike()', () => {
  it.each([
    ['an instance', new Money(1)],
    ['an instance in a map', new Map([['a', [new Money(1)]]])],
    ['an error', new Error('its class gets lost')],
  ])('is false for %s', (_what, value) => {
    expect(comesBackAlike(value)).toBe(false);
  });
});

it.each([[[]], [[1, 2, 3]], [[255, 254]]])('the bytes %j are refused', (bytes) => {
  expect(() => decodeValue(Buffer.from(bytes))).toThrow();
});
