import { isPlainObject } from '../plain-object.js';
import type { PlainObject } from '../types/json.js';

/** Where a page is: what its call has beside what all have. Plain data, to be stored and gone on from. */
export interface PagePosition {
  /** Added to the data of the call, in place of what has the same name. */
  readonly data?: Readonly<PlainObject>;
  /** Called in place of the path; of a GET or HEAD with nothing of the call's own data and query. */
  readonly url?: string;
}

/** What was stored of a listing, if it is a position; null: begin at the beginning. */
export function pagePosition(stored: unknown): PagePosition | null {
  if (!isPlainObject(stored)) return null;
  const { data, url } = stored;
  if (data === undefined && url === undefined) return null;
  if (data !== undefined && !isPlainObject(data)) return null;
  if (url !== undefined && typeof url !== 'string') return null;
  return { ...(data !== undefined && { data }), ...(url !== undefined && { url }) };
}
