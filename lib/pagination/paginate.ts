import { isPlainObject } from '../plain-object.js';
import { abortError } from '../requests/follow-signals.js';
import type { RequestBuilder } from '../types/request-builder.js';
import { checkedCount } from './counted-position.js';
import { noteFailedPage } from './failed-page.js';
import { createPageGuard } from './page-guard.js';
import type { PagePosition } from './page-position.js';
import { openSource, type OpenSource, type PageSource } from './page-source.js';
import type { PageStrategy } from './page-strategy.js';
import { pageUnreadable } from './page-unreadable.js';

export interface PaginateOptions {
  /** Goes on from there; null or undefined: begins at the beginning. See `pagePosition()` for what was stored. */
  readonly from?: PagePosition | null | undefined;
  /** How many pages there may be at most; one more raises `PAGINATION_TOO_LONG`. Default 10,000. */
  readonly maxPages?: number;
  /** Ends the listing, and the call under way. Default: that of the builder. */
  readonly signal?: AbortSignal;
  /** Of the calls of a builder. Default `GET`. */
  readonly method?: string;
}

/** One page of a listing. */
export interface FetchedPage<Page = unknown, Item = unknown> {
  /** From 1; counted from where the listing went on. */
  readonly number: number;
  /** As `as()` made it; null: the answer had no body. */
  readonly page: Page | null;
  readonly items: readonly Item[];
  /** Of the answer, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly position: PagePosition;
  /** Of the next page, to be stored when the items of this one are done; null: this is the last one. */
  readonly next: PagePosition | null;
}

/** The items of a listing, one after the other. Every iteration makes the calls anew, each when its page is asked for. */
export interface Pager<Page = unknown, Item = unknown> extends AsyncIterable<Item> {
  /** Page by page instead. */
  pages(): AsyncIterable<FetchedPage<Page, Item>>;
}

/**
 * Lists what another API gives page by page. Each page is a call of the integration like any other: logged, rate
 * limited, retried. The next one is made when the items of the last are taken; who leaves the loop makes no more.
 * Iterating raises what a call does, and beside it:
 *
 * - `PAGE_UNREADABLE`: where the items are, or where the next page is, cannot be told
 * - `PAGINATION_LOOP`: the next page is one of those before
 * - `PAGINATION_TOO_LONG`: there are more than `maxPages`
 *
 * `failedPage(error)` tells which page it was, to go on from.
 *
 * @throws IntegrationError `REQUEST_INVALID`
 */
export function paginate<Page, Item>(
  source: PageSource<Page>,
  strategy: PageStrategy<NoInfer<Page>>,
  options: PaginateOptions & {
    /** Where the items of a page are. Default: the page, or the body of a whole response, is the list of them. */
    readonly items: (page: Page) => readonly Item[];
  },
): Pager<Page, Item>;
export function paginate<Page extends readonly unknown[]>(
  source: Exclude<PageSource<Page>, RequestBuilder>,
  strategy: PageStrategy<NoInfer<Page>>,
  options?: PaginateOptions & { readonly items?: undefined },
): Pager<Page, Page[number]>;
export function paginate(
  source: RequestBuilder,
  strategy: PageStrategy,
  options?: PaginateOptions & { readonly items?: undefined },
): Pager;
export function paginate(
  source: PageSource<unknown>,
  strategy: PageStrategy,
  options: PaginateOptions & { readonly items?: ItemsOfPage | undefined } = {},
): Pager {
  const { method = 'GET', signal, items = listIn, from, maxPages = 10_000 } = options;
  const listing: Listing = {
    source: openSource(source, { method, signal }),
    strategy,
    itemsOf: items,
    from: from ?? strategy.first,
    maxPages: checkedCount('maxPages', maxPages, 1),
  };
  return { pages: () => pagesOf(listing), [Symbol.asyncIterator]: () => itemsOf(listing) };
}

type ItemsOfPage = (page: unknown) => readonly unknown[];

interface Listing {
  readonly source: OpenSource;
  readonly strategy: PageStrategy;
  readonly itemsOf: ItemsOfPage;
  readonly from: PagePosition;
  readonly maxPages: number;
}

async function* itemsOf(listing: Listing): AsyncGenerator {
  const { signal } = listing.source;
  for await (const { items, number, position } of pagesOf(listing)) {
    for (const item of items) {
      if (signal.aborted) throw noted(abortError(signal), number, position);
      yield item;
    }
  }
}

async function* pagesOf(listing: Listing): AsyncGenerator<FetchedPage> {
  const { strategy, maxPages } = listing;
  const guard = createPageGuard({ maxPages, comparesPages: strategy.isCounted === true });
  let position: PagePosition | null = listing.from;
  for (let number = 1; position !== null; number += 1) {
    let fetched: FetchedPage;
    try {
      guard.enter(number, position);
      fetched = await fetchPage(listing, number, position);
      guard.received(number, fetched.items);
    } catch (error) {
      throw noted(error, number, position);
    }
    yield fetched;
    position = fetched.next;
  }
}

function noted(error: unknown, number: number, position: PagePosition): unknown {
  noteFailedPage(error, { number, position });
  return error;
}

async function fetchPage(
  { source, strategy, itemsOf: find }: Listing,
  number: number,
  position: PagePosition,
): Promise<FetchedPage> {
  const { page, headers, resolve } = await source.fetch(number, position);
  const items: unknown = page === null ? [] : find(page);
  if (!Array.isArray(items)) {
    throw pageUnreadable(`Page ${String(number)} has no list of items where it was looked for.`);
  }
  const next = strategy.next({ page, items, headers, position, resolve });
  return { number, page, items, headers, position, next };
}

/** Where the items are if nobody says; what is no list is refused by whoever asks. */
function listIn(page: unknown): readonly unknown[] {
  const isWhole = isPlainObject(page) && 'statusCode' in page && 'headers' in page && 'body' in page;
  const list: unknown = isWhole ? (page.body ?? []) : page;
  return list as readonly unknown[];
}
