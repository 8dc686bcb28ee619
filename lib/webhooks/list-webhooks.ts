import type { mongo } from 'mongoose';
import type { IntegrationWebhookFields, WebhookStatus } from '../../schemas/integration-webhook.js';
import { checkedLimit } from '../checked-limit.js';
import { IntegrationError } from '../errors.js';
import { integrationId, integrationNotFound } from '../integration-store/integration-id.js';
import { primary } from '../primary.js';
import type { IdOrDocument } from '../types/polymorphic.js';
import type { WebhookCollection } from './inbox.js';

/** Which webhooks to list. */
export interface WebhookListFilter {
  /** Null: those that are for a provider as a whole. Default: all, of the given status. */
  readonly integration?: IdOrDocument | null;
  /** Default: of an integration all, else `failed`. `processed` needs `integration`. */
  readonly status?: WebhookStatus;
  /** 1 to 1,000; default 100. */
  readonly limit?: number;
  /** Received, or of a status: changed, before that time; that of the last one of the page before. */
  readonly before?: Date;
}

// Bodies are for handlers; `show()` opens one.
const projection = { payload: 0, headers: 0, requests: 0 } as const;

/** @throws IntegrationError `OPTIONS_INVALID`, `INTEGRATION_NOT_FOUND` */
export async function listWebhooks(
  webhooks: WebhookCollection,
  filter: WebhookListFilter,
): Promise<IntegrationWebhookFields[]> {
  const { limit = 100 } = filter;
  checkedLimit(limit);
  const { query, sort } = filter.integration === undefined ? ofStatus(filter) : ofIntegration(filter);
  return webhooks.find(query, { ...primary, projection, sort, limit }).toArray();
}

/** In the order of an index. */
interface Selection {
  readonly query: mongo.Filter<IntegrationWebhookFields>;
  readonly sort: { readonly createdAt: -1 } | { readonly updatedAt: -1 };
}

function ofIntegration({ integration = null, status, before }: WebhookListFilter): Selection {
  const id = integrationId(integration);
  if (integration !== null && id === null) throw integrationNotFound(integration);
  const time = before !== undefined && { createdAt: { $lt: before } };
  return { query: { integrationId: id, ...(status !== undefined && { status }), ...time }, sort: { createdAt: -1 } };
}

/** What is not processed has an index of its own. */
function ofStatus({ status = 'failed', before }: WebhookListFilter): Selection {
  if (status === 'processed') {
    throw new IntegrationError('OPTIONS_INVALID', 'Processed webhooks are listed for one integration: name it.');
  }
  return { query: { status, ...(before !== undefined && { updatedAt: { $lt: before } }) }, sort: { updatedAt: -1 } };
}
