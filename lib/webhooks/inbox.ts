import type { Collection, Types } from 'mongoose';
import type { IntegrationWebhookFields, IntegrationWebhookModel } from '../../schemas/integration-webhook.js';
import { durableWrite } from '../durable-write.js';
import { isIntegrationError } from '../errors.js';
import { createGroupCommitter, type GroupCommitter } from '../request-log/group-committer.js';
import { driverCollection } from '../driver-collection.js';
import { handledAnew } from './handled-anew.js';
import { notStored } from './not-stored.js';

export type WebhookCollection = Collection<IntegrationWebhookFields>;

/** What became of a delivery. */
export type Receipt =
  | { readonly kind: 'stored' }
  /** It came before and had failed: it will be handled anew. */
  | { readonly kind: 'requeued'; readonly id: Types.ObjectId }
  /** It came before. */
  | { readonly kind: 'duplicate' };

/** Where deliveries are stored: what is in it survives the end of any process. */
export interface Inbox {
  /**
   * Stores a delivery, together with those that come at the same time.
   *
   * @throws IntegrationError `WEBHOOK_NOT_STORED`; it may be stored all the same, and is a duplicate when it comes
   *   again
   */
  receive(webhook: IntegrationWebhookFields): Promise<Receipt>;
  /** Resolves when everything is stored; what is not by then is given up. */
  flush(limit: { readonly timeoutMs: number }): Promise<void>;
}

export interface InboxParts {
  readonly model: IntegrationWebhookModel;
  readonly storeWithinMs: number;
}

/** About what a delivery takes, body and headers aside. */
const fieldBytes = 1_024;

export function createInbox({ model, storeWithinMs }: InboxParts): Inbox {
  const collection = driverCollection<IntegrationWebhookFields>(model);
  const committer = createGroupCommitter<IntegrationWebhookFields>({
    collection: () => model.collection,
    ...durableWrite,
    sizeOf,
    retryDeadlineMs: storeWithinMs,
  });
  return {
    flush: committer.flush,
    receive: (webhook) => receive({ committer, collection }, webhook),
  };
}

interface Stores {
  readonly committer: GroupCommitter<IntegrationWebhookFields>;
  readonly collection: WebhookCollection;
}

/** Deliveries that collide over and over: what is in the way is taken out each time before it can be looked at. */
const maxRounds = 4;

async function receive({ committer, collection }: Stores, webhook: IntegrationWebhookFields): Promise<Receipt> {
  for (let round = 0; round < maxRounds; round += 1) {
    const refusal = await committer.add(webhook).catch((error: unknown) => error);
    if (refusal === undefined) return { kind: 'stored' };
    if (!isDuplicate(refusal)) throw notStored('The webhook could not be stored in time.', refusal);
    const receipt = await repeated(collection, webhook).catch((error: unknown) => {
      throw notStored('Whether the webhook is stored already could not be found out.', error);
    });
    if (receipt !== null) return receipt;
  }
  throw notStored('The webhook collides with others that come and go.');
}

function isDuplicate(error: unknown): boolean {
  if (!isIntegrationError(error, 'RECORD_NOT_STORED')) return false;
  return typeof error.details.duplicateOf === 'string';
}

/**
 * The sender repeats itself: because we had failed, or because it does not know that we have it. Null: what was in the
 * way is not any more.
 */
async function repeated(collection: WebhookCollection, webhook: IntegrationWebhookFields): Promise<Receipt | null> {
  if (await endBodyKey(collection, webhook)) return null;
  const known = await collection.findOne(sameDelivery(webhook), { ...onlyId, readPreference: 'primary' });
  if (known === null) return null;
  // An answer of the server got lost on its way: it was this one that was stored.
  if (known._id.equals(webhook._id)) return { kind: 'stored' };
  const requeued = await collection.findOneAndUpdate({ _id: known._id, status: 'failed' }, handledAnew, {
    ...durableWrite,
    ...onlyId,
  });
  return requeued === null ? { kind: 'duplicate' } : { kind: 'requeued', id: requeued._id };
}

const onlyId = { projection: { _id: 1 } } as const;

/** By what the unique indexes tell deliveries apart. */
function sameDelivery({ provider, integrationId, deliveryId, bodyKey }: IntegrationWebhookFields) {
  return deliveryId === null ? { bodyKey } : { provider, integrationId, deliveryId };
}

/** Whether an earlier delivery of the same body is so long ago that this is another one. */
async function endBodyKey(collection: WebhookCollection, { bodyKey }: IntegrationWebhookFields): Promise<boolean> {
  if (bodyKey === null) return false;
  const isOver = { bodyKey, $expr: { $lte: ['$bodyKeyExpiresAt', '$$NOW'] } };
  const ended = { $set: { bodyKey: null, bodyKeyExpiresAt: null } };
  return (await collection.updateOne(isOver, ended, durableWrite)).matchedCount === 1;
}

function sizeOf({ payload, headers }: IntegrationWebhookFields): number {
  const bytes = typeof payload === 'string' ? payload.length : payload.length();
  return fieldBytes + bytes + bytesOfHeaders(headers);
}

function bytesOfHeaders(headers: IntegrationWebhookFields['headers']): number {
  return Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + String(value).length, 0);
}
