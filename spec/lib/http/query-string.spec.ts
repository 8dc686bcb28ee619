import { describe, expect, it } from 'vitest';
import { setParameters } from '../../../lib/http/query-string.js';

function serialised(values: Record<string, unknown>, before = ''): string {
  const parameters = new URLSearchParams(before);
  setParameters(parameters, values);
  return parameters.toString();
}

describe('setParameters', () => {
  it('writes scalars, dates and arrays', () => {
    const since = new Date('2026-01-02T03:04:05.678Z');
    expect(serialised({ q: 'a b&c', page: 2, draft: false, big: 10n, since, labels: ['x', 'y'] })).toBe(
      'q=a+b%26c&page=2&draft=false&big=10&since=2026-01-02T03%3A04%3A05.678Z&labels=x&labels=y',
    );
  });

  it('leaves out null, undefined and empty arrays', () => {
    expect(serialised({ a: null, b: undefined, c: [], d: [null, 1] })).toBe('d=1');
  });

  it('replaces a key that is there already', () => {
    expect(serialised({ page: 2 }, 'page=1&state=open')).toBe('state=open&page=2');
  });

  it.each([[{ a: 1 }], [[{}]], [new Map()], [new Date(Number.NaN)], [Symbol('x')]])(
    'refuses %o, naming the key',
    (value) => {
      expect(() => serialised({ filter: value })).toThrow(
        expect.objectContaining({ code: 'REQUEST_INVALID', message: expect.stringContaining('"filter"') }),
      );
    },
  );
});
