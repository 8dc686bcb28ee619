import { describe, expect, it } from 'vitest';
import { causeChain, property } from '../../../lib/failures/cause-chain.js';

describe('causeChain', () => {
  it('lists the error and its causes, outermost first', () => {
    const root = new Error('root');
    const middle = new Error('middle', { cause: root });
    const outer = new Error('outer', { cause: middle });
    expect(causeChain(outer)).toEqual([outer, middle, root]);
  });

  it('takes anything that was thrown for a link', () => {
    const outer = new Error('outer', { cause: 'no error at all' });
    expect(causeChain(outer)).toEqual([outer, 'no error at all']);
    expect(causeChain('thrown')).toEqual(['thrown']);
  });

  it.each([undefined, null])('is empty for %s', (nothing) => {
    expect(causeChain(nothing)).toEqual([]);
  });

  it('ends where it meets itself', () => {
    const first = new Error('first');
    const second = new Error('second', { cause: first });
    first.cause = second;
    expect(causeChain(first)).toEqual([first, second]);
  });

  it('looks at ten links and no further', () => {
    const deep = Array.from({ length: 30 }).reduce<unknown>(
      (cause, _, depth) => new Error(String(depth), { cause }),
      null,
    );
    expect(causeChain(deep)).toHaveLength(10);
  });

  it('ends at a cause that cannot be read', () => {
    const outer = Object.defineProperty(new Error('outer'), 'cause', {
      get() {
        throw new Error('not for you');
      },
    });
    expect(causeChain(outer)).toEqual([outer]);
  });
});

describe('an error without a cause', () => {
  const inner = new Error('inner');

  it.each(['original', 'detail', 'error', 'originalError'])('is followed by the error that it has for `%s`', (name) => {
    expect(causeChain(Object.assign(new Error('outer'), { [name]: inner }))).toHaveLength(2);
    expect(causeChain(Object.assign(new Error('outer'), { [name]: 'a text' }))).toHaveLength(1);
  });

  it('only: its cause comes first', () => {
    const outer = Object.assign(new Error('outer', { cause: inner }), { detail: new Error('detail') });
    expect(causeChain(outer)).toEqual([outer, inner]);
  });
});

describe('property', () => {
  it.each([null, undefined, 7, 'text'])('is undefined for %s', (value) => {
    expect(property(value, 'length')).toBeUndefined();
  });

  it('reads own and inherited properties', () => {
    expect(property({ code: 7 }, 'code')).toBe(7);
    expect(property(new TypeError(), 'name')).toBe('TypeError');
  });
});
