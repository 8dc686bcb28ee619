/**
 * What providers and applications list pages with.
 *
 * @module
 */
export { paginate, type FetchedPage, type Pager, type PaginateOptions } from './paginate.js';
export { byCursor, type CursorOptions } from './by-cursor.js';
export { byLinkHeader, byNextUrl, type LinkHeaderOptions, type NextUrlOptions } from './by-link.js';
export { byOffset, type OffsetOptions } from './by-offset.js';
export { byPage, type PageNumberOptions } from './by-page.js';
export { failedPage, type FailedPage } from './failed-page.js';
export { linkTarget, parseLinkHeader, type Link } from './link-header.js';
export { pagePosition, type PagePosition } from './page-position.js';
export type { PageRequest, PageSource } from './page-source.js';
export type { FromPage, PageStrategy, ReceivedPage } from './page-strategy.js';
