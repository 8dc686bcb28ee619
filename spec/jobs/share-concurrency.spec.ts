import { expect, it } from 'vitest';
import { shareConcurrency } from '../../jobs/share-concurrency.js';

const asked = [
  { name: 'drain', concurrency: 12 },
  { name: 'sync', concurrency: 4 },
  { name: 'tick', concurrency: 1 },
];

it.each([
  { most: 20, shares: [12, 4, 1] },
  { most: 10, shares: [5, 4, 1] },
  { most: 5, shares: [2, 2, 1] },
  { most: 1, shares: [1, 1, 1] },
])('gives each its share of $most, and at least one', ({ most, shares }) => {
  expect([...shareConcurrency(asked, most).values()]).toEqual(shares);
});
