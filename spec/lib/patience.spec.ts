import { expect, it } from 'vitest';
import { createPatience } from '../../lib/patience.js';

/** Work that is over when it is told to be. */
function pending<T>() {
  let end: (value: T) => void = () => undefined;
  const work = new Promise<T>((resolve) => {
    end = resolve;
  });
  return { work, end };
}

it('gives what the work comes to, if that is soon', async () => {
  const patiently = createPatience(1_000);
  await expect(patiently(Promise.resolve('done'), 'otherwise')).resolves.toBe('done');
  await expect(patiently(Promise.reject(new Error('failed')), 'otherwise')).rejects.toThrow('failed');
});

it('waits once for work that takes too long, and not again until that is over', async () => {
  const patiently = createPatience(200);
  const { work, end } = pending<string>();
  const begun = performance.now();
  await expect(patiently(work, 'otherwise')).resolves.toBe('otherwise');
  const waited = performance.now() - begun;
  expect(waited).toBeGreaterThanOrEqual(199);

  const again = performance.now();
  for (let caller = 0; caller < 10; caller += 1) await expect(patiently(work, 'otherwise')).resolves.toBe('otherwise');
  expect(performance.now() - again).toBeLessThan(200);

  end('done');
  await work;
  const { work: other, end: endOther } = pending<string>();
  setTimeout(() => endOther('in time'), 50);
  await expect(patiently(other, 'otherwise')).resolves.toBe('in time');
});

it('leaves nothing unhandled where work fails that nobody waits for', async () => {
  const patiently = createPatience(1);
  const late = new Promise<never>((_resolve, reject) => setTimeout(() => reject(new Error('late')), 20));
  await expect(patiently(late, 'otherwise')).resolves.toBe('otherwise');
  await expect(late).rejects.toThrow('late');
});
