import { isQuery, type Query } from './query.js';

/** Where a listing is: what is saved of it, to be resumed by another process. */
export interface ListingState {
  /** When it began, by GitHub's clock: later changes belong to the next sync. */
  readonly startedAt: string;
  /** Of the page to be listed next. */
  readonly query: Query;
}

/** What was saved, if it can be gone on from; null: begin at the beginning. */
export function savedState(saved: unknown): ListingState | null {
  if (typeof saved !== 'object' || saved === null) return null;
  const { startedAt, query }: Partial<Record<keyof ListingState, unknown>> = saved;
  return typeof startedAt === 'string' && isQuery(query) ? { startedAt, query } : null;
}
