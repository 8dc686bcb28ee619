import { mongo, type Types } from 'mongoose';
import type { IntegrationWebhookFields } from '../../schemas/integration-webhook.js';
import type { WebhookRequest } from '../types/webhook-request.js';
import { bodyKey, type BodyOwner } from './body-key.js';
import { storedHeaders } from './stored-headers.js';

/** A verified request, and what its provider says of it. */
export interface Delivery extends BodyOwner {
  readonly request: WebhookRequest;
  readonly eventType: string | null;
  readonly deliveryId: string | null;
  readonly orderingKey: string | null;
}

/** How a delivery is stored. */
export interface StorageFacts {
  readonly _id: Types.ObjectId;
  /** A compact JWE; null: the body is stored as it is. */
  readonly sealed: string | null;
  /** The server's time, in milliseconds since the epoch. */
  readonly now: number;
  /** Of the process that handles it at once; null: whoever comes first does. */
  readonly lease: string | null;
  readonly leaseMs: number;
  readonly sameBodyMs: number;
}

/** The document of a delivery that has just come. */
export function newWebhook(delivery: Delivery, facts: StorageFacts): IntegrationWebhookFields {
  const { request, ...said } = delivery;
  const now = new Date(facts.now);
  const hasId = delivery.deliveryId !== null;
  return {
    _id: facts._id,
    ...said,
    bodyKey: hasId ? null : bodyKey(delivery, request),
    bodyKeyExpiresAt: hasId ? null : new Date(facts.now + facts.sameBodyMs),
    method: request.method,
    url: request.url,
    headers: storedHeaders(request.headers),
    payload: facts.sealed ?? new mongo.Binary(request.rawBody),
    status: 'pending',
    attempts: 0,
    crashes: 0,
    availableAt: new Date(facts.now + (facts.lease === null ? 0 : facts.leaseMs)),
    lease: facts.lease,
    deferredSince: null,
    error: null,
    processedAt: null,
    requests: [],
    requestCount: 0,
    createdAt: now,
    updatedAt: now,
  };
}
