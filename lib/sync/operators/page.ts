import type { Types } from 'mongoose';
import { checkedLimit } from '../../checked-limit.js';
import { IntegrationError } from '../../errors.js';
import { integrationId } from '../../integration-store/integration-id.js';
import type { IdOrDocument } from '../../types/polymorphic.js';

/** A page of what operators look at. */
export interface PageOptions {
  /** 1 to 1,000; default 100. */
  readonly limit?: number;
  /** The id of the last one of the page before. */
  readonly after?: IdOrDocument | null;
}

export interface Page {
  readonly limit: number;
  readonly after: Types.ObjectId | null;
}

/** @throws IntegrationError `OPTIONS_INVALID` */
export function checkedPage({ limit = 100, after = null }: PageOptions): Page {
  checkedLimit(limit);
  const id = integrationId(after);
  if (after !== null && id === null) {
    throw new IntegrationError('OPTIONS_INVALID', 'after is the id of the last one of the page before.');
  }
  return { limit, after: id };
}
