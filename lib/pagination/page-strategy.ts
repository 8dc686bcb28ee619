import type { PagePosition } from './page-position.js';

/** A page that has come. */
export interface ReceivedPage<Page = unknown> {
  /** As `as()` made it; null: the answer had no body. */
  readonly page: Page | null;
  readonly items: readonly unknown[];
  /** Of the answer, names in lower case; empty where the call was made by a function that gives none. */
  readonly headers: Readonly<Record<string, string>>;
  readonly position: PagePosition;
  /** Makes an absolute URL of a link in the answer. */
  resolve(link: string): string;
}

/** How one gets from a page to the next one. It keeps nothing: one strategy serves any number of listings. */
export interface PageStrategy<Page = unknown> {
  readonly first: PagePosition;
  /** Null: that was the last one. */
  next(received: ReceivedPage<Page>): PagePosition | null;
  /**
   * Positions are counted, whatever the other API answers: where it pays no attention to them, the same page comes for
   * ever, which only its content tells. Default false.
   */
  readonly isCounted?: boolean;
}

/** A page and its headers, as functions of strategies get them. */
export type FromPage<Page, Value> = (page: Page, headers: Readonly<Record<string, string>>) => Value;
