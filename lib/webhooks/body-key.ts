import { createHash } from 'node:crypto';
import type { Types } from 'mongoose';
import type { WebhookRequest } from '../types/webhook-request.js';

export interface BodyOwner {
  readonly provider: string;
  readonly integrationId: Types.ObjectId | null;
}

/** Stands for a delivery id where the sender gives none: the same for the same body of the same sender. */
export function bodyKey({ provider, integrationId }: BodyOwner, { method, rawBody }: WebhookRequest): string {
  const place = JSON.stringify([provider, integrationId?.toHexString() ?? null, method]);
  return createHash('sha256').update(place).update(rawBody).digest('base64url');
}
