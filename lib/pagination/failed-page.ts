import type { PagePosition } from './page-position.js';

/** Which page of a listing could not be had. */
export interface FailedPage {
  /** From 1; counted from where the listing went on. */
  readonly number: number;
  /** To go on from: `paginate(…, { from: position })`. It may hold what must not be logged. */
  readonly position: PagePosition;
}

const failedPages = new WeakMap<object, FailedPage>();

/** Keeps it beside the error, which stays what it is, and holds nothing that a log would show. */
export function noteFailedPage(error: unknown, page: FailedPage): void {
  if (typeof error === 'object' && error !== null) failedPages.set(error, page);
}

/** The page at which `paginate()` threw that error; null: it did not. */
export function failedPage(error: unknown): FailedPage | null {
  return typeof error === 'object' && error !== null ? (failedPages.get(error) ?? null) : null;
}
