import { IntegrationError } from '../errors.js';
import type { PagePosition } from './page-position.js';

/** @throws IntegrationError `REQUEST_INVALID` */
export function checkedCount(name: string, value: unknown, least: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  throw new IntegrationError('REQUEST_INVALID', `${name} must be a whole number from ${String(least)}.`);
}

/**
 * How far a position is.
 *
 * @throws IntegrationError `REQUEST_INVALID`, where `from` is a position of another strategy
 */
export function countAt({ data = {} }: PagePosition, param: string): number {
  return checkedCount(`"${param}" of the position`, data[param], 0);
}
