import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers with JSON. */
export function answerJson(response: ServerResponse, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** The query of a request, each parameter once. */
export function queryOf({ url = '' }: Pick<IncomingMessage, 'url'>): Record<string, string> {
  return Object.fromEntries(new URL(url, 'http://127.0.0.1').searchParams);
}

/** A list of things, and how an API gives it page by page. */
export interface PagedApi {
  readonly total: number;
  /** Items of a page, whatever is asked for. */
  readonly pageSize: number;
  readonly origin: string;
}

const things = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => ({ id: from + index }));

/** By all ways at once: what the caller does not look at does no harm. */
export function answerPage(api: PagedApi, request: IncomingMessage, response: ServerResponse): void {
  const { offset, page, cursor, limit } = queryOf(request);
  const size = limit === undefined ? api.pageSize : Math.min(Number(limit), api.pageSize);
  const from = Number(offset ?? cursor ?? (Number(page ?? 1) - 1) * size);
  const to = Math.min(from + size, api.total);
  const isLast = to >= api.total;
  const url = `${api.origin}/things?cursor=${String(to)}`;
  const link = isLast ? {} : { link: `<${api.origin}/things?cursor=0>; rel="first", <${url}>; rel="next"` };
  const body = {
    data: things(from, to),
    cursor: isLast ? null : String(to),
    next: isLast ? null : url,
    total: api.total,
  };
  answerJson(response, body, link);
}
