import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { IntegrationError } from '../errors.js';
import { canonicalText } from '../fingerprint/canonical-text.js';
import { createRecentValues } from '../recent-values.js';
import type { PagePosition } from './page-position.js';

/** Sees to it that a listing ends, whatever the other API answers. */
export interface PageGuard {
  /** @throws IntegrationError `PAGINATION_LOOP`, `PAGINATION_TOO_LONG` */
  enter(number: number, position: PagePosition): void;
  /** @throws IntegrationError `PAGINATION_LOOP` */
  received(number: number, items: readonly unknown[]): void;
}

export interface PageLimits {
  readonly maxPages: number;
  /** Whether a page that comes twice in a row is an error. */
  readonly comparesPages: boolean;
}

/** Positions that are remembered: memory stays the same, and a larger circle ends at `maxPages`. */
const mostRemembered = 1_000;

export function createPageGuard({ maxPages, comparesPages }: PageLimits): PageGuard {
  const seen = createRecentValues<number>(mostRemembered);
  let previous: readonly unknown[] = [];
  return {
    enter(number, position) {
      if (number > maxPages) {
        throw new IntegrationError('PAGINATION_TOO_LONG', `There are more than ${String(maxPages)} pages.`, {
          details: { maxPages },
        });
      }
      const key = createHash('sha256').update(canonicalText(position)).digest('base64');
      const before = seen.get(key);
      if (before !== undefined) throw loop(number, before, 'is asked for as');
      seen.set(key, number);
    },
    received(number, items) {
      if (!comparesPages) return;
      if (items.some(isObject) && isDeepStrictEqual(items, previous))
        throw loop(number, number - 1, 'has the items of');
      previous = items;
    },
  };
}

/** Of numbers and texts, a page may well equal the one before. */
function isObject(item: unknown): boolean {
  return typeof item === 'object' && item !== null;
}

function loop(page: number, samePage: number, how: string): IntegrationError<'PAGINATION_LOOP'> {
  const message = `Page ${String(page)} ${how} page ${String(samePage)}: the listing would never end.`;
  return new IntegrationError('PAGINATION_LOOP', message, { details: { page, samePage } });
}
