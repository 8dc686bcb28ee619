import type { Types } from 'mongoose';
import { IntegrationError } from '../errors.js';
import { integrationId } from '../integration-store/integration-id.js';

/** Where a page of calls ended. */
export interface RequestCursor {
  /** When the last call of the page began. */
  readonly at: Date;
  /** The calls of that moment that were on this page and those before; the last call is the last of them. */
  readonly ids: readonly Types.ObjectId[];
}

/** For `after`: text that means nothing to anybody else. */
export function cursorText({ at, ids }: RequestCursor): string {
  const parts = [at.getTime().toString(36), ...ids.map((id) => id.toHexString())];
  return parts.join('.');
}

/** @throws IntegrationError `OPTIONS_INVALID` */
export function parseCursor(text: string): RequestCursor {
  const [time = '', ...parts] = text.split('.');
  const ids = parts.map((part) => integrationId(part)).filter((id) => id !== null);
  const at = new Date(Number.parseInt(time, 36));
  if (!Number.isNaN(at.getTime()) && ids.length === parts.length && ids.length > 0) return { at, ids };
  throw new IntegrationError('OPTIONS_INVALID', 'after is the `next` of the page before.');
}

/** Of the page that ended with these calls, in their order. */
export function cursorAfter(
  page: readonly { readonly _id: Types.ObjectId; readonly createdAt: Date }[],
  before: RequestCursor | null,
): RequestCursor | null {
  const last = page.at(-1);
  if (last === undefined) return null;
  const at = last.createdAt;
  const earlier = before !== null && before.at.getTime() === at.getTime() ? before.ids : [];
  const ids = page.filter(({ createdAt }) => createdAt.getTime() === at.getTime()).map(({ _id }) => _id);
  return { at, ids: [...earlier, ...ids] };
}
