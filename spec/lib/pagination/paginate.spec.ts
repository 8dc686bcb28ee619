import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  byCursor,
  byLinkHeader,
  byNextUrl,
  byOffset,
  byPage,
  failedPage,
  paginate,
  pagePosition,
  type FetchedPage,
  type PagePosition,
  type PageRequest,
  type PageStrategy,
} from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localToken, useLocalInstance } from '../../support/local-instance.js';
import { answerJson, answerPage, queryOf } from './paged-api.js';

const upstream = useHttpServer();
const elsewhere = useHttpServer();
const database = useDatabase();
const local = useLocalInstance(database, upstream);

const pageSchema = z.object({
  data: z.array(z.object({ id: z.number() })),
  cursor: z.string().nullable(),
  next: z.string().nullable(),
  total: z.number(),
});
type ThingPage = z.infer<typeof pageSchema>;

const things = () => local.integration.at('/things').as(pageSchema);
const items = ({ data }: ThingPage) => data;
const urls = () => upstream.received.map(({ url }) => url);

function serve(total: number, pageSize: number): void {
  upstream.answer((request, response) => answerPage({ total, pageSize, origin: upstream.origin }, request, response));
}

async function collected<T>(list: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of list) all.push(each);
  return all;
}

const ids = (total: number) => Array.from({ length: total }, (_, id) => ({ id }));

const strategies: Record<string, (pageSize: number) => PageStrategy<ThingPage>> = {
  'byLinkHeader()': () => byLinkHeader(),
  'byNextUrl()': () => byNextUrl({ url: ({ next }) => next }),
  'byCursor()': () => byCursor({ cursor: ({ cursor }) => cursor }),
  'byOffset()': (limit) => byOffset({ limit }),
  // Of an API that gives fewer than it is asked for.
  'byOffset() with too large a limit': (limit) => byOffset({ limit: 10 * limit }),
  'byOffset() with a total': (limit) => byOffset({ limit, total: ({ total }) => total }),
  'byOffset() up to a short page': (limit) => byOffset({ limit, shortPageIsLast: true }),
  'byPage()': () => byPage(),
  'byPage() with a number of pages': (size) => byPage({ totalPages: ({ total }) => Math.ceil(total / size) }),
  'byPage() up to a short page': (size) => byPage({ size, sizeParam: 'limit', shortPageIsLast: true }),
};

describe.each(Object.entries(strategies))('a listing %s', (_name, strategyOf) => {
  it('gives all items exactly once, in their order, whatever the total and the size of a page', async () => {
    const sizes = fc.record({ total: fc.integer({ min: 0, max: 30 }), pageSize: fc.integer({ min: 1, max: 12 }) });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ total, pageSize }) => {
        serve(total, pageSize);
        expect(await collected(paginate(things(), strategyOf(pageSize), { items }))).toEqual(ids(total));
      }),
      { seed: 9, numRuns: 12, examples: [[{ total: 0, pageSize: 5 }], [{ total: 10, pageSize: 5 }]] },
    );
  });

  it('goes on from each of its positions, after it was stored', async () => {
    serve(11, 3);
    const pages = await collected(paginate(things(), strategyOf(3), { items }).pages());
    for (const [index, { next }] of pages.entries()) {
      if (next === null) continue;
      const from = pagePosition(JSON.parse(JSON.stringify(next)));
      expect(from).toEqual(next);
      const rest = await collected(paginate(things(), strategyOf(3), { items, from }));
      expect(rest).toEqual(ids(11).slice(3 * (index + 1)));
    }
    expect(pages.at(-1)?.next).toBeNull();
  });
});

describe('the calls of a listing', () => {
  it('are calls of the integration: authorized, retried, and each of them logged', async () => {
    let isDown = true;
    upstream.answer((request, response) => {
      const { cursor } = queryOf(request);
      if (cursor === '3' && isDown) {
        isDown = false;
        response.writeHead(503).end();
      } else answerPage({ total: 5, pageSize: 3, origin: upstream.origin }, request, response);
    });
    const before = await local.integration.requests().countDocuments();
    expect(await collected(paginate(things(), byLinkHeader(), { items }))).toEqual(ids(5));
    const logged = await local.integration.requests().sort({ createdAt: 1 }).skip(before);
    expect(logged.map(({ endpoint, attempts }) => [endpoint, attempts.length])).toEqual([
      ['/things', 1],
      ['/things', 2],
    ]);
    expect(new Set(upstream.received.map(({ headers }) => headers.authorization))).toEqual(
      new Set([`Bearer ${localToken}`]),
    );
  });

  it('are made when their page is asked for, and no more after a break', async () => {
    serve(100, 10);
    const seen: number[] = [];
    for await (const { id } of paginate(things(), byPage(), { items })) {
      seen.push(upstream.received.length);
      if (id === 14) break;
    }
    expect(seen).toEqual([...Array.from({ length: 10 }, () => 1), ...Array.from({ length: 5 }, () => 2)]);
    expect(upstream.received).toHaveLength(2);
  });

  it('are made anew by each iteration', async () => {
    serve(4, 2);
    const listing = paginate(things(), byLinkHeader(), { items });
    expect(await collected(listing)).toEqual(await collected(listing));
    expect(upstream.received).toHaveLength(4);
  });

  it('add to the data that the builder has, and replace what has the same name', async () => {
    serve(2, 1);
    const builder = local.integration.at('/{list}').withData({ list: 'things', state: 'open', page: 7 }).as(pageSchema);
    await collected(paginate(builder, byPage(), { items }));
    expect(urls()).toEqual(['/things?state=open&page=1', '/things?state=open&page=2', '/things?state=open&page=3']);
  });

  it('follow a link as it is, without adding to it what it says already', async () => {
    upstream.answer((request, response) => {
      const isFirst = queryOf(request).page === undefined;
      const next = `<${upstream.origin}/other?page=2&q=%7Bowner%7D&r={owner}#top>; rel="next"`;
      answerJson(response, [request.url], isFirst ? { link: next } : {});
    });
    const builder = local.integration
      .at('/things')
      .withData({ state: 'open' })
      .withOptions({ query: { sort: 'id' } });
    expect(await collected(paginate(builder, byLinkHeader()))).toEqual([
      '/things?state=open&sort=id',
      '/other?page=2&q=%7Bowner%7D&r=%7Bowner%7D',
    ]);
  });

  it.each([
    ['a query', '?page=2', '/lists/things?page=2'],
    ['a sibling', 'others?page=2', '/lists/others?page=2'],
    ['a path', '/elsewhere?page=2', '/elsewhere?page=2'],
    ['an address without the scheme', () => `//127.0.0.1:${String(upstream.port)}/x?page=2`, '/x?page=2'],
  ])('follow a link that is only %s', async (_what, link, expected) => {
    upstream.answer((request, response) => {
      const target = typeof link === 'function' ? link() : link;
      answerJson(response, [1], queryOf(request).page === undefined ? { link: `<${target}>; rel=next` } : {});
    });
    await collected(paginate(local.integration.at('/lists/things').withData({ state: 'open' }), byLinkHeader()));
    expect(urls()).toEqual(['/lists/things?state=open', expected]);
  });

  it('can be another method, whose body has the cursor', async () => {
    const bodies: unknown[] = [];
    upstream.answer(async (request, response) => {
      const body = JSON.parse(await text(request)) as { after?: number };
      bodies.push(body);
      const after = body.after ?? 0;
      answerJson(response, { results: [after], paging: after < 2 ? { next: { after: after + 1 } } : {} });
    });
    const search = local.integration.at('/search').withData({ filter: 'all' });
    const listing = paginate(
      search,
      byCursor({ param: 'after', cursor: (page: { paging: { next?: { after: number } } }) => page.paging.next?.after }),
      { method: 'POST', items: (page: { results: number[]; paging: { next?: { after: number } } }) => page.results },
    );
    expect(await collected(listing)).toEqual([0, 1, 2]);
    expect(bodies).toEqual([{ filter: 'all' }, { filter: 'all', after: 1 }, { filter: 'all', after: 2 }]);
  });

  it('can be served from the cache, links and all', async () => {
    serve(6, 2);
    const builder = things().withCache(60);
    const first = await collected(paginate(builder, byLinkHeader(), { items }));
    expect(await collected(paginate(builder, byLinkHeader(), { items }))).toEqual(first);
    expect(upstream.received).toHaveLength(3);
  });

  it('can be those of an SDK', async () => {
    const customers = {
      async list({ after = 0 }: { readonly after?: number }) {
        return { data: ids(5).slice(after, after + 2), hasMore: after < 3, last: after + 2 };
      },
    };
    const before = await local.integration.requests().countDocuments({ endpoint: 'customers' });
    const listing = paginate(
      ({ position: { data = {} } }: PageRequest) =>
        local.integration
          .at('customers')
          .withData(data)
          .get(() => customers.list(data)),
      byCursor({ param: 'after', cursor: ({ hasMore, last }) => (hasMore ? last : null) }),
      { items: ({ data }) => data },
    );
    expect(await collected(listing)).toEqual(ids(5));
    expect(await local.integration.requests().countDocuments({ endpoint: 'customers' })).toBe(before + 3);
  });
});

describe('the pages of a listing', () => {
  it('say what was asked for, what came, and what comes next', async () => {
    serve(3, 2);
    const pages = await collected(
      paginate(things(), byOffset({ limit: 2, total: ({ total }) => total }), { items }).pages(),
    );
    const expected: Partial<FetchedPage>[] = [
      {
        number: 1,
        items: ids(2),
        position: { data: { limit: 2, offset: 0 } },
        next: { data: { limit: 2, offset: 2 } },
      },
      { number: 2, items: [{ id: 2 }], position: { data: { limit: 2, offset: 2 } }, next: null },
    ];
    expect(pages).toMatchObject(expected);
    expect(pages[0]?.page?.total).toBe(3);
    expect(pages[0]?.headers['content-type']).toBe('application/json');
  });

  it('are whole responses where the builder says so, and their bodies the list', async () => {
    upstream.answer((_request, response) => answerJson(response, [7], { 'x-total': '1' }));
    const builder = local.integration.at('/things').withOptions({ wholeResponse: true });
    const [page] = await collected(paginate(builder, byPage({ totalPages: () => 1 })).pages());
    expect(page).toMatchObject({ page: { statusCode: 200, headers: { 'x-total': '1' }, body: [7] }, items: [7] });
  });

  it('have no items where the answer has no body', async () => {
    const [page, ...others] = await collected(paginate(things(), byLinkHeader(), { items }).pages());
    expect(page).toMatchObject({ page: null, items: [], next: null });
    expect(others).toEqual([]);
  });

  it('may be empty without being the last', async () => {
    upstream.answer((request, response) => {
      const page = Number(queryOf(request).cursor ?? 0);
      answerJson(response, {
        data: page === 2 ? ids(1) : [],
        cursor: page < 2 ? String(page + 1) : null,
        next: null,
        total: 1,
      });
    });
    expect(await collected(paginate(things(), byCursor({ cursor: ({ cursor }) => cursor }), { items }))).toEqual(
      ids(1),
    );
  });
});

describe('a listing that would never end', () => {
  it('fails where a link leads back to a page before', async () => {
    upstream.answer((request, response) => {
      const page = Number(queryOf(request).page ?? 0);
      answerJson(response, [{ id: page }], { link: `<?page=${String((page + 1) % 3)}>; rel="next"` });
    });
    const listing = collected(paginate(local.integration.at('/things'), byLinkHeader()));
    await expect(listing).rejects.toMatchObject({ code: 'PAGINATION_LOOP', details: { page: 5, samePage: 2 } });
    expect(upstream.received).toHaveLength(4);
  });

  it('fails where the same cursor comes again', async () => {
    upstream.answer((_request, response) => answerJson(response, { data: ids(1), cursor: 'a', next: null, total: 1 }));
    const listing = collected(paginate(things(), byCursor({ cursor: ({ cursor }) => cursor }), { items }));
    await expect(listing).rejects.toMatchObject({ code: 'PAGINATION_LOOP' });
    expect(upstream.received).toHaveLength(2);
  });

  it.each<[string, PageStrategy]>([
    ['offset', byOffset({ limit: 2 })],
    ['number of the page', byPage()],
  ])('fails where the other API pays no attention to the %s', async (_what, strategy) => {
    upstream.answer((_request, response) => answerJson(response, ids(2)));
    const listing = collected(paginate(local.integration.at('/things'), strategy));
    await expect(listing).rejects.toMatchObject({ code: 'PAGINATION_LOOP', details: { page: 2, samePage: 1 } });
  });

  it('lists equal pages of plain values, which are no sign of that', async () => {
    upstream.answer((request, response) => answerJson(response, Number(queryOf(request).page) < 4 ? [0, 0] : []));
    expect(await collected(paginate(local.integration.at('/zeros'), byPage()))).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('fails after so many pages, and can be gone on with', async () => {
    serve(10, 2);
    const seen: unknown[] = [];
    const list = async (from: PagePosition | null) => {
      for await (const thing of paginate(things(), byPage(), { items, maxPages: 3, from })) seen.push(thing);
    };
    const error: unknown = await list(null).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'PAGINATION_TOO_LONG', details: { maxPages: 3 } });
    expect(failedPage(error)).toEqual({ number: 4, position: { data: { page: 4 } } });
    await list(failedPage(error)?.position ?? null);
    expect(seen).toEqual(ids(10));
  });
});

describe('a page that cannot be had', () => {
  it('raises what its call does, and is known by the error', async () => {
    upstream.answer((request, response) => {
      if (queryOf(request).cursor === '4') response.writeHead(404).end();
      else answerPage({ total: 9, pageSize: 2, origin: upstream.origin }, request, response);
    });
    const strategy = byCursor<ThingPage>({ cursor: ({ cursor }) => cursor });
    const error: unknown = await collected(paginate(things(), strategy, { items })).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'UPSTREAM_STATUS', statusCode: 404 });
    expect(failedPage(error)).toEqual({ number: 3, position: { data: { cursor: '4' } } });
    serve(9, 2);
    const from = failedPage(error)?.position ?? null;
    expect(await collected(paginate(things(), strategy, { items, from }))).toEqual(ids(9).slice(4));
  });

  it('leaves no position in what a log shows of the error', async () => {
    upstream.answer((_request, response) =>
      answerJson(response, {}, { link: '<?token=a-secret-of-the-link>; rel=next' }),
    );
    const listing = paginate(local.integration.at('/things'), byLinkHeader(), {
      items: () => [],
      maxPages: 1,
    });
    const error: unknown = await collected(listing).catch((thrown: unknown) => thrown);
    expect(failedPage(error)?.position.url).toContain('a-secret-of-the-link');
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('a-secret-of-the-link');
  });

  it('is of no use where a link leads to another origin, which gets nothing', async () => {
    upstream.answer((_request, response) => answerJson(response, [1], { link: `<${elsewhere.origin}/x>; rel=next` }));
    const listing = collected(paginate(local.integration.at('/things'), byLinkHeader()));
    await expect(listing).rejects.toMatchObject({ code: 'ORIGIN_NOT_ALLOWED' });
    expect(elsewhere.received).toEqual([]);
  });

  it.each([
    ['the link is no URL', { link: '<http://[>; rel=next' }, [1]],
    ['the items are nowhere', {}, { data: [1] }],
  ])('cannot be read where %s', async (_what, headers, body) => {
    upstream.answer((_request, response) => answerJson(response, body, headers));
    const listing = collected(paginate(local.integration.at('/things'), byLinkHeader()));
    await expect(listing).rejects.toMatchObject({ code: 'PAGE_UNREADABLE' });
  });

  it('cannot be read where the cursor is neither text nor number', async () => {
    upstream.answer((_request, response) => answerJson(response, [1]));
    const strategy = byCursor({ cursor: () => ({ after: 1 }) as unknown as string });
    const listing = collected(paginate(local.integration.at('/things'), strategy));
    await expect(listing).rejects.toMatchObject({ code: 'PAGE_UNREADABLE' });
  });

  it('is schema drift where the body does not fit', async () => {
    upstream.answer((_request, response) => answerJson(response, { data: 'none' }));
    await expect(collected(paginate(things(), byLinkHeader(), { items }))).rejects.toMatchObject({
      code: 'SCHEMA_DRIFT',
    });
  });
});

describe('the signal of a listing', () => {
  it('ends it between two items, without another call', async () => {
    serve(10, 5);
    const controller = new AbortController();
    const seen: number[] = [];
    const list = async () => {
      for await (const { id } of paginate(things(), byPage(), { items, signal: controller.signal })) {
        seen.push(id);
        if (id === 2) controller.abort(new Error('enough'));
      }
    };
    await expect(list()).rejects.toMatchObject({ code: 'CALL_ABORTED', cause: { message: 'enough' } });
    expect(seen).toEqual([0, 1, 2]);
    expect(upstream.received).toHaveLength(1);
  });

  it('ends a call under way, by the signal of the builder too', async () => {
    const controller = new AbortController();
    upstream.answer(() => controller.abort());
    const builder = things().withOptions({ signal: controller.signal });
    await expect(collected(paginate(builder, byPage(), { items }))).rejects.toMatchObject({ code: 'CALL_ABORTED' });
  });
});

describe('what makes no listing', () => {
  it.each<[string, () => unknown]>([
    ['no builder', () => paginate({} as never, byPage())],
    ['a number of pages that is none', () => paginate(things(), byPage(), { items, maxPages: 0 })],
    ['an idempotency key', () => paginate(things().withIdempotencyKey('a'), byPage(), { items })],
    ['a limit that is none', () => byOffset({ limit: 0 })],
    ['a short page without a size', () => byPage({ shortPageIsLast: true })],
  ])('is refused at once: %s', (_what, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }) as Error);
  });

  it.each<[string, PagePosition, PageStrategy<ThingPage>]>([
    ['another strategy', { data: { cursor: 'a' } }, byOffset({ limit: 1 })],
  ])('is refused at the first page: a position of %s', async (_what, from, strategy) => {
    serve(3, 1);
    const listing = collected(paginate(things(), strategy, { items, from }));
    await expect(listing).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });

  it('is refused before it is sent: data that take no position', async () => {
    const listing = collected(paginate(local.integration.at('/things').withData('text'), byPage(), { method: 'POST' }));
    await expect(listing).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    expect(upstream.received).toEqual([]);
  });

  it.each([null, 'a', 7, [], {}, { data: 1 }, { url: 1 }, { data: {}, url: 1 }])('is no position: %o', (stored) => {
    expect(pagePosition(stored)).toBeNull();
  });
});
