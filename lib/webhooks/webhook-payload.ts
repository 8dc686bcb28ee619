import type { mongo, Types } from 'mongoose';
import type { IntegrationWebhookModel } from '../../schemas/integration-webhook.js';
import type { BoundSealer } from '../credentials/bound-sealer.js';
import type { KeptValues } from '../credentials/kept-values.js';
import { driverCollection } from '../driver-collection.js';

/** Seals the body of one webhook: it opens there and nowhere else. */
export async function sealBody(sealer: BoundSealer, id: Types.ObjectId, rawBody: Buffer): Promise<string> {
  return (await sealer.seal(bindingOf(id), rawBody)).sealed;
}

/** A webhook, as far as its body is read. */
export interface StoredBody {
  readonly _id: Types.ObjectId;
  readonly payload: mongo.Binary | string;
}

/**
 * The exact bytes that were received, whether they are stored sealed or not: the provider may have changed its mind.
 *
 * @throws IntegrationError `ENCRYPTION_KEY_MISSING`, or `CREDENTIALS_UNDECRYPTABLE` for what was tampered with
 */
export async function openBody(sealer: BoundSealer, { _id, payload }: StoredBody): Promise<Buffer> {
  if (typeof payload !== 'string') return Buffer.from(payload.value());
  const place = { binding: bindingOf(_id), what: 'body of a webhook', details: { webhookId: _id.toHexString() } };
  return Buffer.from(await sealer.open(place, payload));
}

/** The bodies of all webhooks, for the rotation of keys. */
export function keptBodies(model: IntegrationWebhookModel): KeptValues {
  return { kind: 'webhook', collection: driverCollection(model), field: 'payload', bindingOf };
}

/** Unlike any place of credentials: those are the id and a field. */
function bindingOf(id: Types.ObjectId): string {
  return `webhook/${id.toHexString()}`;
}
