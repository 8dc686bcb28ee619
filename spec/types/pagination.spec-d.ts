/** What the compiler knows of pages and their items: checked by `tsc`, never run. */
import { expectTypeOf } from 'vitest';
import { z } from 'zod';
import {
  byCursor,
  byLinkHeader,
  byNextUrl,
  byOffset,
  byPage,
  paginate,
  type PageRequest,
  type IntegrationDocument,
  type Pager,
} from '../../lib/index.js';

declare const integration: IntegrationDocument;
interface Issue {
  readonly id: number;
}
const issueSchema = z.object({ id: z.number() });
const issues = integration.at('/issues');

// A schema of a list types its items.
const listed = paginate(issues.as(z.array(issueSchema)), byLinkHeader());
expectTypeOf(listed).toEqualTypeOf<Pager<{ id: number }[], { id: number }>>();
for await (const issue of listed) expectTypeOf(issue).toEqualTypeOf<{ id: number }>();

// One of a page types what finds the items and the next page.
const pageSchema = z.object({ data: z.array(issueSchema), next: z.string().nullable(), total: z.number() });
const typed = issues.as(pageSchema);
const items = ({ data }: z.infer<typeof pageSchema>) => data;
expectTypeOf(paginate(typed, byCursor({ cursor: ({ next }) => next }), { items: ({ data }) => data })).toEqualTypeOf<
  Pager<z.infer<typeof pageSchema>, { id: number }>
>();
paginate(typed, byNextUrl({ url: ({ next }) => next }), { items });
paginate(typed, byOffset({ limit: 10, total: ({ total }) => total }), { items });
paginate(typed, byPage({ totalPages: ({ total }) => total }), { items });
paginate(
  typed,
  // @ts-expect-error: the page has no such member
  byCursor({ cursor: (page) => page.cursor as string }),
  { items },
);
// @ts-expect-error: the page is no list
paginate(typed, byLinkHeader());

// Of an untyped call, the one who asks says what a page is.
const said = paginate(issues, byLinkHeader(), { items: (page: { readonly data: readonly Issue[] }) => page.data });
for await (const issue of said) expectTypeOf(issue).toEqualTypeOf<Issue>();
for await (const issue of paginate(issues, byPage())) expectTypeOf(issue).toEqualTypeOf<unknown>();

// A function types its pages by what it gives, where it says itself what it takes.
const fetched = paginate(
  async ({ position, signal }: PageRequest) => typed.withData(position.data).withOptions({ signal }).get(),
  byCursor({ cursor: ({ next }) => next }),
  { items: ({ data }) => data },
);
for await (const { page } of fetched.pages()) expectTypeOf(page).toEqualTypeOf<z.infer<typeof pageSchema> | null>();
