/** Which part of a list. */
export interface ListPage {
  readonly limit: number;
  /** The id of the last one of the page before; null: there was none. */
  readonly after: string | null;
}

const limit = 500;

/** All that a list gives page by page, in the order of the ids of the integrations. */
export async function everyPage<Row extends { readonly id: string }>(
  list: (page: ListPage) => Promise<Row[]>,
  signal: AbortSignal,
): Promise<Row[]> {
  const found: Row[] = [];
  for (;;) {
    signal.throwIfAborted();
    const page = await list({ limit, after: found.at(-1)?.id ?? null });
    found.push(...page);
    if (page.length < limit) return found;
  }
}
