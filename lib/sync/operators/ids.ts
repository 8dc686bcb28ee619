import type { Types } from 'mongoose';
import { IntegrationError } from '../../errors.js';
import { integrationId } from '../../integration-store/integration-id.js';
import type { IdOrDocument } from '../../types/polymorphic.js';
import { runNotFound } from '../runs/progress.js';

/** @throws IntegrationError `SYNC_RUN_NOT_FOUND` for what cannot be an id */
export function runIdOf(target: IdOrDocument): Types.ObjectId {
  // Ids are alike, whatever they are of.
  const id = integrationId(target);
  if (id === null) throw runNotFound(null);
  return id;
}

/** @throws IntegrationError `SYNC_ITEM_NOT_FOUND` for what cannot be an id */
export function itemIdOf(target: IdOrDocument): Types.ObjectId {
  const id = integrationId(target);
  if (id === null) throw itemNotFound(null);
  return id;
}

export function itemNotFound(id: Types.ObjectId | null): IntegrationError<'SYNC_ITEM_NOT_FOUND'> {
  const itemId = id?.toHexString() ?? null;
  const message = itemId === null ? 'That is no id of a sync item.' : `There is no sync item ${itemId}.`;
  return new IntegrationError('SYNC_ITEM_NOT_FOUND', message, { details: { itemId } });
}
