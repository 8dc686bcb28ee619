import { describe, expect, it } from 'vitest';
import { withinTime } from '../../lib/within-time.js';

const never = new Promise<never>(() => undefined);

describe('withinTime', () => {
  it('settles like the promise where that is quick enough', async () => {
    expect(await withinTime(Promise.resolve(1), 60_000, 'late')).toBe(1);
    await expect(withinTime(Promise.reject(new Error('no')), 60_000, 'late')).rejects.toThrow('no');
  });

  it('resolves with the substitute when the time is up', async () => {
    expect(await withinTime(never, 1, 'late')).toBe('late');
  });

  it('leaves no timer behind', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    await Promise.all(Array.from({ length: 50 }, () => withinTime(Promise.resolve(), 60_000, 'late')));
    expect(timers()).toBeLessThanOrEqual(before);
  });
});
