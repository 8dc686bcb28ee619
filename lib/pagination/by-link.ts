import type { FromPage, PageStrategy } from './page-strategy.js';
import { linkTarget } from './link-header.js';

export interface LinkHeaderOptions {
  /** Relation of the link to follow. Default `next`. */
  readonly relation?: string;
}

/**
 * Follows the `Link` header (RFC 8288), as GitHub, GitLab and many others have it. A link may be relative. One to
 * another origin than the provider allows raises `ORIGIN_NOT_ALLOWED`, and nothing is sent there.
 */
export function byLinkHeader({ relation = 'next' }: LinkHeaderOptions = {}): PageStrategy {
  return {
    first: {},
    next({ headers, resolve }) {
      const target = linkTarget(headers.link, relation);
      return target === null ? null : { url: resolve(target) };
    },
  };
}

export interface NextUrlOptions<Page> {
  /** Null, undefined or empty: that was the last page. */
  readonly url: FromPage<Page, string | null | undefined>;
}

/** Follows the URL in the page itself: `next`, `@odata.nextLink`. The same holds of it as of `byLinkHeader()`. */
export function byNextUrl<Page>({ url }: NextUrlOptions<Page>): PageStrategy<Page> {
  return {
    first: {},
    next({ page, headers, resolve }) {
      const target = page === null ? null : url(page, headers);
      return target === null || target === undefined || target === '' ? null : { url: resolve(target) };
    },
  };
}
