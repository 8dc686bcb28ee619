import type { IntegrationFields, IntegrationModel } from '../../schemas/integration.js';
import { checkedLimit } from '../checked-limit.js';
import { IntegrationError } from '../errors.js';
import { integrationCollection } from '../integration-store/integration-collection.js';
import { integrationId, integrationNotFound } from '../integration-store/integration-id.js';
import { primary } from '../primary.js';
import type { IdOrDocument } from '../types/polymorphic.js';

/** Which integrations a report is about. */
export interface ReportOptions {
  /** Default: all integrations. */
  readonly target?: IdOrDocument;
  /** Default: those of all providers. */
  readonly provider?: string;
  /** 1 to 1,000; default 100. */
  readonly limit?: number;
  /** The id of the last integration of the page before. */
  readonly after?: IdOrDocument | null;
}

/** With the time of the server. */
export type Reported = IntegrationFields & { readonly now: Date };

/** Nothing that is sealed, and no cursor. */
const projection = { credentials: 0, tokens: 0, syncCursor: 0, metadata: 0 } as const;

/**
 * A page of integrations as the primary has them, in the order of their ids.
 *
 * @throws IntegrationError `INTEGRATION_NOT_FOUND`, or `OPTIONS_INVALID` for a limit or id that is none
 */
export async function reportPage(model: IntegrationModel, options: ReportOptions): Promise<Reported[]> {
  const { target, provider, after = null } = options;
  const limit = checkedLimit(options.limit ?? 100);
  const last = integrationId(after);
  if (after !== null && last === null) {
    throw new IntegrationError('OPTIONS_INVALID', 'after is the id of the last integration of the page before.');
  }
  const _id = integrationId(target);
  if (target !== undefined && _id === null) throw integrationNotFound(target);
  const found = await integrationCollection(model)
    .aggregate<Reported>(
      [
        {
          $match: {
            ...(provider !== undefined && { provider }),
            ...(_id !== null ? { _id } : last !== null && { _id: { $gt: last } }),
          },
        },
        { $sort: { _id: 1 } },
        { $limit: limit },
        { $project: projection },
        { $set: { now: '$$NOW' } },
      ],
      primary,
    )
    .toArray();
  if (target !== undefined && found.length === 0) throw integrationNotFound(target);
  return found;
}
