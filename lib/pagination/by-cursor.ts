import { pageUnreadable } from './page-unreadable.js';
import type { FromPage, PageStrategy } from './page-strategy.js';

export interface CursorOptions<Page> {
  /** What the next page is asked for by; null, undefined or empty: that was the last page. */
  readonly cursor: FromPage<Page, string | number | null | undefined>;
  /** Name that the call's data have it under. Default `cursor`. */
  readonly param?: string;
}

/**
 * Asks for the next page by what the last one says: an opaque cursor, or the id of its last item. It becomes a query
 * parameter of a GET, and a member of the body of a POST.
 */
export function byCursor<Page>({ cursor, param = 'cursor' }: CursorOptions<Page>): PageStrategy<Page> {
  return {
    first: {},
    next({ page, headers }) {
      const found: unknown = page === null ? null : cursor(page, headers);
      if (found === null || found === undefined || found === '') return null;
      if (typeof found === 'string' || typeof found === 'number') return { data: { [param]: found } };
      throw pageUnreadable(`The cursor of the next page must be a string or a number, got ${typeof found}.`);
    },
  };
}
