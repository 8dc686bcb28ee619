/** Query parameters of a request. */
export type Query = Readonly<Record<string, string>>;

/** Where a `Link` header (RFC 8288) leads: the query of the page with that relation; null where there is none. */
export function linkedQuery(header: string | undefined, relation: string): Query | null {
  for (const [, target = '', parameters = ''] of (header ?? '').matchAll(/<([^>]*)>([^<]*)/g)) {
    if (relationsOf(parameters).includes(relation)) return queryOf(target);
  }
  return null;
}

function relationsOf(parameters: string): string[] {
  const [, quoted, bare] = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i.exec(parameters) ?? [];
  return (quoted ?? bare ?? '').toLowerCase().split(/\s+/);
}

/** The path is left out: it is that of the request, or another name of the same list. */
function queryOf(target: string): Query | null {
  const base = 'https://api.github.com';
  return URL.canParse(target, base) ? Object.fromEntries(new URL(target, base).searchParams) : null;
}
