import { checkedCount, countAt } from './counted-position.js';
import type { FromPage, PageStrategy } from './page-strategy.js';

export interface PageNumberOptions<Page> {
  /** Name of the number of the page. Default `page`. */
  readonly param?: string;
  /** Number of the first page. Default 1. */
  readonly start?: number;
  /** How many items to ask for at a time. Default: what the other API does by itself. */
  readonly size?: number;
  /** Default `per_page`. */
  readonly sizeParam?: string;
  /** How many pages there are in all; null or undefined: the page does not say. Default: it never does. */
  readonly totalPages?: FromPage<Page, number | null | undefined>;
  /**
   * A page with fewer items than `size` is the last one, which saves a call; only for an API that never gives fewer
   * while it has more. Default false: the listing ends with an empty page, or with `totalPages`.
   */
  readonly shortPageIsLast?: boolean;
}

/**
 * Asks for one page after the other, by their numbers. What is inserted or deleted upstream meanwhile moves the others,
 * so that items can be missed or come twice: list in an order that new ones end, and give sync items their
 * `externalId`.
 *
 * @throws IntegrationError `REQUEST_INVALID` for a start or size that is no whole number, or `shortPageIsLast` without
 *   a size
 */
export function byPage<Page = unknown>(options: PageNumberOptions<Page> = {}): PageStrategy<Page> {
  const { param = 'page', sizeParam = 'per_page', totalPages, shortPageIsLast = false } = options;
  const start = checkedCount('start', options.start ?? 1, 0);
  const least = shortPageIsLast ? checkedCount('size', options.size, 1) : 1;
  const size = options.size === undefined ? {} : { [sizeParam]: checkedCount('size', options.size, 1) };
  return {
    isCounted: true,
    first: { data: { ...size, [param]: start } },
    next({ page, items, headers, position }) {
      const number = countAt(position, param) + 1;
      const known = page === null ? null : totalPages?.(page, headers);
      const isLast = items.length < least || (typeof known === 'number' && number - start >= known);
      return isLast ? null : { data: { ...size, [param]: number } };
    },
  };
}
