import { checkedCount, countAt } from './counted-position.js';
import type { FromPage, PageStrategy } from './page-strategy.js';

export interface OffsetOptions<Page> {
  /** How many items to ask for at a time; the other API may give fewer. */
  readonly limit: number;
  /** Default `limit`. */
  readonly limitParam?: string;
  /** Default `offset`. */
  readonly offsetParam?: string;
  /** Of the first item. Default 0. */
  readonly start?: number;
  /** How many items there are in all; null or undefined: the page does not say. Default: it never does. */
  readonly total?: FromPage<Page, number | null | undefined>;
  /**
   * A page with fewer items than `limit` is the last one, which saves a call; only for an API that never gives fewer
   * while it has more. Default false: the listing ends with an empty page, or with `total`.
   */
  readonly shortPageIsLast?: boolean;
}

/**
 * Asks for so many items from an offset on, which moves by as many as came: an API that gives fewer than it is asked
 * for loses none. What is inserted or deleted upstream meanwhile moves the others, so that items can be missed or come
 * twice: list in an order that new ones end, and give sync items their `externalId`.
 *
 * @throws IntegrationError `REQUEST_INVALID` for a limit or start that is no whole number
 */
export function byOffset<Page = unknown>(options: OffsetOptions<Page>): PageStrategy<Page> {
  const { limitParam = 'limit', offsetParam = 'offset', total, shortPageIsLast = false } = options;
  const limit = checkedCount('limit', options.limit, 1);
  const start = checkedCount('start', options.start ?? 0, 0);
  return {
    isCounted: true,
    first: { data: { [limitParam]: limit, [offsetParam]: start } },
    next({ page, items, headers, position }) {
      const offset = countAt(position, offsetParam) + items.length;
      const known = page === null ? null : total?.(page, headers);
      const isLast =
        items.length === 0 ||
        (typeof known === 'number' && offset - start >= known) ||
        (shortPageIsLast && items.length < limit);
      return isLast ? null : { data: { [limitParam]: limit, [offsetParam]: offset } };
    },
  };
}
