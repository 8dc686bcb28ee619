import type { IntegrationDocument, IntegrationModel } from '../../../schemas/integration.js';
import { durableWrite } from '../../durable-write.js';
import { integrationCollection } from '../../integration-store/integration-collection.js';
import { integrationId, integrationNotFound } from '../../integration-store/integration-id.js';
import type { IdOrDocument } from '../../types/polymorphic.js';

/** Takes an integration out of the schedule. A repetition keeps the time of the first. */
export function pauseSync(model: IntegrationModel, target: IdOrDocument): Promise<IntegrationDocument> {
  return change(model, target, { syncPausedAt: { $ifNull: ['$syncPausedAt', '$$NOW'] } });
}

/** Puts it back. What was missed is made up for: at once, or when the cron expression says. */
export function resumeSync(model: IntegrationModel, target: IdOrDocument): Promise<IntegrationDocument> {
  const isPaused = { $ne: [{ $ifNull: ['$syncPausedAt', null] }, null] };
  const isMissed = { $and: [isPaused, { $lte: ['$nextSyncAt', '$$NOW'] }] };
  return change(model, target, { syncPausedAt: null, nextSyncAt: { $cond: [isMissed, null, '$nextSyncAt'] } });
}

async function change(model: IntegrationModel, target: IdOrDocument, fields: object): Promise<IntegrationDocument> {
  const _id = integrationId(target);
  if (_id === null) throw integrationNotFound(target);
  const stored = await integrationCollection(model).findOneAndUpdate(
    { _id },
    [{ $set: { ...fields, updatedAt: '$$NOW' } }],
    { ...durableWrite, returnDocument: 'after' },
  );
  if (stored === null) throw integrationNotFound(target);
  return model.hydrate(stored);
}
