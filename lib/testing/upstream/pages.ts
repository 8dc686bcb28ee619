import { respond } from '../fakes/fake-response.js';
import type { UpstreamAnswer, UpstreamRequest } from './upstream-request.js';

export interface PagesOptions {
  /** Items on a page; default 10. */
  readonly size?: number;
  /**
   * So many items of a page come again at the beginning of the next, as where something was inserted meanwhile. Default
   * 0.
   */
  readonly overlap?: number;
}

/**
 * An answer that lists items by the query parameter `page`, from 1 on, with a `Link` header to the next page (RFC
 * 8288). With `faults.repeat()`, a page is listed twice.
 */
export function pages(items: readonly unknown[], { size = 10, overlap = 0 }: PagesOptions = {}): UpstreamAnswer {
  return (request: UpstreamRequest) => {
    const page = Math.max(1, Number(request.query.page ?? '1') || 1);
    const begin = (page - 1) * size;
    const end = begin + size;
    const body = items.slice(Math.max(0, begin - (page > 1 ? overlap : 0)), end);
    return respond({ headers: end < items.length ? { link: linkTo(request, page + 1) } : {}, body });
  };
}

function linkTo({ path, query, headers }: UpstreamRequest, page: number): string {
  const parameters = new URLSearchParams({ ...query, page: String(page) });
  return `<http://${headers.host ?? '127.0.0.1'}${path}?${parameters.toString()}>; rel="next"`;
}
