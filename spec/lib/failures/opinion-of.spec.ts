import { describe, expect, it } from 'vitest';
import { opinionOf } from '../../../lib/failures/opinion-of.js';

describe('opinionOf', () => {
  it.each([false, 0, '', 'yes'])('gives the opinion %j', (opinion) => {
    expect(opinionOf(() => opinion)).toBe(opinion);
  });

  it.each([null, undefined])('is null for %s', (nothing) => {
    expect(opinionOf(() => nothing)).toBeNull();
  });

  it('is null for a hook that throws', () => {
    const hook = (): never => {
      throw new Error('a bug of the provider');
    };
    expect(opinionOf(hook)).toBeNull();
  });
});
