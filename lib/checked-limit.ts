import { IntegrationError } from './errors.js';

const largestPage = 1_000;

/**
 * How many of a listing a page may have.
 *
 * @throws IntegrationError `OPTIONS_INVALID` for what is no whole number from 1 to 1,000
 */
export function checkedLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= largestPage) return limit;
  throw new IntegrationError('OPTIONS_INVALID', `limit is a whole number from 1 to ${String(largestPage)}.`);
}
