import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyData } from '../../../../lib/testing/fakes/copy-data.js';

describe('a copy of data', () => {
  it('equals any JSON value, and shares no object with it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const copy = copyData({ value }) as { value: unknown };
        expect(copy).toEqual({ value });
        if (typeof value === 'object' && value !== null) expect(copy.value).not.toBe(value);
      }),
    );
  });

  it('keeps a key named __proto__ as data', () => {
    const hostile: unknown = JSON.parse('{"__proto__": {"admin": true}}');
    const copy = copyData(hostile) as { admin?: boolean };
    expect(Object.keys(copy)).toEqual(['__proto__']);
    expect(copy.admin).toBeUndefined();
  });

  it('keeps instances of classes', () => {
    const original = { at: new Date(0), bytes: Buffer.from('a'), list: [new Map()] };
    const copy = copyData(original) as typeof original;
    expect(copy.at).toBe(original.at);
    expect(copy.bytes).toBe(original.bytes);
    expect(copy.list[0]).toBe(original.list[0]);
  });

  it('follows cycles', () => {
    const original: Record<string, unknown> = { name: 'loop' };
    original.self = [original];
    const copy = copyData(original) as { self: unknown[] };
    expect(copy).not.toBe(original);
    expect(copy.self[0]).toBe(copy);
  });
});
