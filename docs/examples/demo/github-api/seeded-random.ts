/**
 * A repeatable series of numbers from 0 (included) to 1 (excluded): a linear congruential generator, good enough to
 * draw faults.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
