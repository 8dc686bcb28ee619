import type { ApiRequest } from './api-request.js';

/** One page of a list, with the links to the others. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Value of the `link` header; undefined when everything fits on one page. */
  readonly link: string | undefined;
}

const defaultPerPage = 30;
const maxPerPage = 100;

/**
 * Cuts the page asked by `page` (from 1) and `per_page` (30 by default, 100 at most) out of a list.
 *
 * @param url Address of the list without query; the links carry the query of the request
 */
export function paginate<Item>(items: readonly Item[], url: string, query: ApiRequest['query']): Page<Item> {
  const perPage = Math.min(positive(query.per_page, defaultPerPage), maxPerPage);
  const page = positive(query.page, 1);
  const last = Math.max(1, Math.ceil(items.length / perPage));
  const start = (page - 1) * perPage;
  return { items: items.slice(start, start + perPage), link: link(url, query, page, last) };
}

function link(url: string, query: ApiRequest['query'], page: number, last: number): string | undefined {
  const to = (rel: string, target: number): string => {
    const search = new URLSearchParams({ ...query, page: String(target) });
    return `<${url}?${search.toString()}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [to('prev', Math.min(page - 1, last))] : []),
    ...(page < last ? [to('next', page + 1), to('last', last)] : []),
    ...(page > 1 ? [to('first', 1)] : []),
  ];
  return links.length > 0 ? links.join(', ') : undefined;
}

function positive(text: string | undefined, fallback: number): number {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : fallback;
}
