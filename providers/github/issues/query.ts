import { linkTarget } from '../../../lib/index.js';

/** Query parameters of a request. */
export type Query = Readonly<Record<string, string>>;

export function isQuery(value: unknown): value is Query {
  return typeof value === 'object' && value !== null && Object.values(value).every((each) => typeof each === 'string');
}

/**
 * The query of the page that a `Link` header leads to; null where there is none. The path is left out: it is that of
 * the request, or another name of the same list.
 */
export function linkedQuery(header: string | undefined, relation: string): Query | null {
  const target = linkTarget(header, relation);
  const base = 'https://api.github.com';
  return target !== null && URL.canParse(target, base) ? Object.fromEntries(new URL(target, base).searchParams) : null;
}
