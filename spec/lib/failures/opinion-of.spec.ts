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

  it('is null for an asynchronous hook, which may fail without harm', async () => {
    expect(opinionOf<unknown>(async () => true)).toBeNull();
    expect(opinionOf<unknown>(() => Promise.reject(new Error('a bug of the provider')))).toBeNull();
    // An unhandled rejection would fail the run.
    await new Promise((resolve) => setImmediate(resolve));
  });
});
