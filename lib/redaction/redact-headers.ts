import type { DenyList } from './deny-list.js';
import { REDACTED } from './mark.js';

/** Headers by name, as Node, fetch and axios have them. */
export type HeaderValues = Readonly<Record<string, string | number | readonly string[] | null | undefined>>;

/** A copy without the values of denied headers; the other values go through `text`. */
export function redactHeaders(
  headers: HeaderValues,
  denyList: Pick<DenyList, 'deniesHeader'>,
  text: (value: string) => string,
): HeaderValues {
  const entries = Object.entries(headers).map(([name, value]) => {
    if (value === undefined || value === null) return [name, value] as const;
    if (denyList.deniesHeader(name)) return [name, REDACTED] as const;
    return [name, typeof value === 'object' ? value.map(text) : text(String(value))] as const;
  });
  return Object.fromEntries(entries);
}
