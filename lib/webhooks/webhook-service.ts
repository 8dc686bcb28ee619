import type { mongo } from 'mongoose';
import type { IntegrationWebhookDocument, IntegrationWebhookFields } from '../../schemas/integration-webhook.js';
import type { IntegrationModels } from '../../schemas/models.js';
import { durableWrite } from '../durable-write.js';
import { IntegrationError } from '../errors.js';
import { integrationId, integrationNotFound } from '../integration-store/integration-id.js';
import { pagesOf } from '../sync/pages-of.js';
import type { IdOrDocument } from '../types/polymorphic.js';
import type { WebhookCollection } from './inbox.js';
import { handledAnew } from './handled-anew.js';
import { pruneWebhooks, type PrunedWebhooks, type PruneParts } from './prune-webhooks.js';
import type { ShownWebhook } from './show-webhook.js';
import { isOpen, primary, type WebhookLeases } from './webhook-leases.js';

/** Which webhooks to replay. */
export interface WebhookFilter {
  /** Default `failed`; `processed` needs `integration`. */
  readonly status?: 'failed' | 'processed';
  /** Null: those that are for a provider as a whole. */
  readonly integration?: IdOrDocument | null;
  readonly provider?: string;
  readonly eventType?: string | null;
  /** Received at that time or later. */
  readonly from?: Date;
  /** Received before. */
  readonly before?: Date;
}

/** What operators do with webhooks. */
export interface WebhookService {
  /**
   * Has a webhook handled anew, as if it had just come: the signature was verified then. One that waits for its next
   * attempt is handled at once.
   *
   * @throws IntegrationError `WEBHOOK_NOT_FOUND`, or `WEBHOOK_BUSY` while it is being handled
   */
  replay(target: IdOrDocument): Promise<IntegrationWebhookDocument>;
  /**
   * Replays all that fit and are not being handled. Repeat it after a crash.
   *
   * @throws IntegrationError `OPTIONS_INVALID`, `INTEGRATION_NOT_FOUND` for what cannot be an id
   */
  replayMany(filter?: WebhookFilter): Promise<{ readonly replayed: number }>;
  /**
   * Has others handle what processes have left that died; a job does so as well, twice in a lease. Gives how many of
   * them were shown as `processing`.
   */
  recover(): Promise<{ readonly recovered: number }>;
  /**
   * What was received, redacted, for people to look at: handlers and replays get all of it.
   *
   * @throws IntegrationError `WEBHOOK_NOT_FOUND`, or what opening a sealed body raises
   */
  show(target: IdOrDocument): Promise<ShownWebhook>;
  /** Deletes webhooks that were processed longer ago than `webhooks.retentionDays`; a job does so as well. */
  prune(): Promise<PrunedWebhooks>;
}

export interface ServiceParts extends PruneParts {
  readonly models: Pick<IntegrationModels, 'IntegrationWebhook'>;
  readonly show: (webhook: IntegrationWebhookFields) => Promise<ShownWebhook>;
  readonly leases: Pick<WebhookLeases, 'recover' | 'nextDueInMs'>;
  /** Tells whoever runs jobs that there is something to do. */
  readonly wake: () => void;
}

const pageSize = 500;

export function createWebhookService(parts: ServiceParts): WebhookService {
  const { webhooks, models, leases, wake } = parts;
  return {
    async replay(target) {
      const _id = integrationId(target);
      if (_id === null) throw notFound(null);
      const options = { ...durableWrite, returnDocument: 'after' } as const;
      const webhook = await webhooks.findOneAndUpdate({ _id, ...isAtRest }, handledAnew, options);
      if (webhook === null) throw await refusal(webhooks, _id);
      wake();
      return models.IntegrationWebhook.hydrate(webhook);
    },
    async replayMany(filter = {}) {
      const query = queryOf(filter);
      let count = 0;
      const found = webhooks.find(query, { ...primary, projection: { _id: 1 }, batchSize: pageSize });
      for await (const page of pagesOf(found, pageSize)) {
        const _id = { $in: page.map((row) => row._id) };
        const { status } = query;
        count += (await webhooks.updateMany({ _id, status }, handledAnew, durableWrite)).modifiedCount;
        wake();
      }
      return { replayed: count };
    },
    async recover() {
      const recovered = await leases.recover();
      if ((await leases.nextDueInMs()) === 0) wake();
      return { recovered };
    },
    async show(target) {
      const _id = integrationId(target);
      const webhook = _id && (await webhooks.findOne({ _id }, primary));
      if (webhook === null) throw notFound(_id);
      return parts.show(webhook);
    },
    prune: () => pruneWebhooks(parts),
  };
}

/** Nobody handles it, or nobody has for as long as a lease. */
const isAtRest = {
  $or: [
    { status: { $in: ['processed', 'failed'] as IntegrationWebhookFields['status'][] } },
    { ...isOpen, lease: null },
    { ...isOpen, $expr: { $lte: ['$availableAt', '$$NOW'] } },
  ],
};

async function refusal(webhooks: WebhookCollection, _id: IntegrationWebhookFields['_id']): Promise<IntegrationError> {
  const found = await webhooks.findOne({ _id }, { ...primary, projection: { _id: 1 } });
  if (found === null) return notFound(_id);
  const webhookId = _id.toHexString();
  return new IntegrationError('WEBHOOK_BUSY', `The webhook ${webhookId} is being handled.`, { details: { webhookId } });
}

function notFound(id: IntegrationWebhookFields['_id'] | null): IntegrationError {
  const webhookId = id?.toHexString() ?? null;
  const message = webhookId === null ? 'That is no id of a webhook.' : `There is no webhook ${webhookId}.`;
  return new IntegrationError('WEBHOOK_NOT_FOUND', message, { details: { webhookId } });
}

type Query = mongo.Filter<IntegrationWebhookFields> & Pick<IntegrationWebhookFields, 'status'>;

function queryOf({ status = 'failed', integration, provider, eventType, from, before }: WebhookFilter): Query {
  if (status === 'processed' && integration === undefined) {
    throw new IntegrationError('OPTIONS_INVALID', 'Processed webhooks are replayed for one integration: name it.');
  }
  return {
    status,
    ...(integration !== undefined && { integrationId: integration === null ? null : idOf(integration) }),
    ...(provider !== undefined && { provider }),
    ...(eventType !== undefined && { eventType }),
    ...((from ?? before) !== undefined && {
      createdAt: { ...(from && { $gte: from }), ...(before && { $lt: before }) },
    }),
  };
}

function idOf(integration: IdOrDocument): IntegrationWebhookFields['_id'] {
  const id = integrationId(integration);
  if (id === null) throw integrationNotFound(integration);
  return id;
}
