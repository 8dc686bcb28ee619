import { InvalidArgumentError } from '@commander-js/extra-typings';

/** Parses an option that counts, from 1 to 1,000. */
export function parseLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1_000) return limit;
  throw new InvalidArgumentError('Expected a whole number from 1 to 1000.');
}
