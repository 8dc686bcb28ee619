import type { mongo } from 'mongoose';
import type { IntegrationWebhookDocument, IntegrationWebhookFields } from '../../schemas/integration-webhook.js';
import type { IntegrationModels } from '../../schemas/models.js';
import { durableWrite } from '../durable-write.js';
import { IntegrationError } from '../errors.js';
import { integrationId, integrationNotFound } from '../integration-store/integration-id.js';
import { primary } from '../primary.js';
import { pagesOf } from '../sync/pages-of.js';
import type { IdOrDocument } from '../types/polymorphic.js';
import type { WebhookCollection } from './inbox.js';
import { handledAnew } from './handled-anew.js';
import { listWebhooks, type WebhookListFilter } from './list-webhooks.js';
import { pruneWebhooks, type PrunedWebhooks, type PruneParts } from './prune-webhooks.js';
import type { ShownWebhook } from './show-webhook.js';
import { isOpen, type WebhookLeases } from './webhook-leases.js';

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

export interface ReplayManyOptions {
  /** Counts, and writes nothing. Default false. */
  readonly dryRun?: boolean;
  /** Called now and then with how many have been replayed so far. */
  readonly onProgress?: (replayed: number) => void;
  /** Ends it after those at hand; what is left stays as it is. */
  readonly signal?: AbortSignal;
}

/** What operators do with webhooks. */
export interface WebhookService {
  /**
   * A page of webhooks: of an integration, the last received first; or of a status, the last changed first.
   *
   * @throws IntegrationError `OPTIONS_INVALID`, `INTEGRATION_NOT_FOUND` for what cannot be an id
   */
  list(filter?: WebhookListFilter): Promise<IntegrationWebhookDocument[]>;
  /**
   * Has a webhook handled anew, as if it had just come: the signature was verified then. One that waits for its next
   * attempt is handled at once. A dry run gives it as it is.
   *
   * @throws IntegrationError `WEBHOOK_NOT_FOUND`, or `WEBHOOK_BUSY` while it is being handled
   */
  replay(target: IdOrDocument, options?: { readonly dryRun?: boolean }): Promise<IntegrationWebhookDocument>;
  /**
   * Replays all that fit and are not being handled. Repeat it after a crash.
   *
   * @throws IntegrationError `OPTIONS_INVALID`, `INTEGRATION_NOT_FOUND` for what cannot be an id
   */
  replayMany(filter?: WebhookFilter, options?: ReplayManyOptions): Promise<{ readonly replayed: number }>;
  /**
   * Has others handle what processes have left that died; a job does so as well, twice in a lease. Gives how many of
   * them were shown as `processing`; in a dry run, how many are.
   */
  recover(options?: { readonly dryRun?: boolean }): Promise<{ readonly recovered: number }>;
  /**
   * What was received, redacted, for people to look at: handlers and replays get all of it.
   *
   * @throws IntegrationError `WEBHOOK_NOT_FOUND`, or what opening a sealed body raises
   */
  show(target: IdOrDocument): Promise<ShownWebhook>;
  /** Deletes webhooks that were processed longer ago than `webhooks.retentionDays`, as `integrations.prune()` does. */
  prune(): Promise<PrunedWebhooks>;
}

export interface ServiceParts extends PruneParts {
  readonly webhooks: WebhookCollection;
  readonly models: Pick<IntegrationModels, 'IntegrationWebhook'>;
  readonly show: (webhook: IntegrationWebhookFields) => Promise<ShownWebhook>;
  readonly leases: Pick<WebhookLeases, 'recover' | 'countLeft' | 'nextDueInMs'>;
  /** Tells whoever runs jobs that there is something to do. */
  readonly wake: () => void;
}

const pageSize = 500;

export function createWebhookService(parts: ServiceParts): WebhookService {
  const { webhooks, models, leases, wake } = parts;
  return {
    async list(filter = {}) {
      const found = await listWebhooks(webhooks, filter);
      return found.map((webhook) => models.IntegrationWebhook.hydrate(webhook));
    },
    async replay(target, { dryRun = false } = {}) {
      const _id = integrationId(target);
      if (_id === null) throw notFound(null);
      const options = { ...durableWrite, returnDocument: 'after' } as const;
      const filter = { _id, ...isAtRest };
      const webhook = dryRun
        ? await webhooks.findOne(filter, primary)
        : await webhooks.findOneAndUpdate(filter, handledAnew, options);
      if (webhook === null) throw await refusal(webhooks, _id);
      if (!dryRun) wake();
      return models.IntegrationWebhook.hydrate(webhook);
    },
    replayMany: async (filter = {}, options = {}) => replayMany(parts, queryOf(filter), options),
    async recover({ dryRun = false } = {}) {
      if (dryRun) return { recovered: await leases.countLeft() };
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

async function replayMany({ webhooks, wake }: ServiceParts, query: Query, options: ReplayManyOptions) {
  if (options.dryRun === true) return { replayed: await webhooks.countDocuments(query, primary) };
  let replayed = 0;
  const found = webhooks.find(query, { ...primary, projection: { _id: 1 }, batchSize: pageSize });
  for await (const page of pagesOf(found, pageSize)) {
    if (options.signal?.aborted === true) break;
    const _id = { $in: page.map((row) => row._id) };
    const { status } = query;
    replayed += (await webhooks.updateMany({ _id, status }, handledAnew, durableWrite)).modifiedCount;
    wake();
    options.onProgress?.(replayed);
  }
  return { replayed };
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
