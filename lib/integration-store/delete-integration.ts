import type { Collection, Types } from 'mongoose';
import type { IntegrationModels } from '../../schemas/models.js';
import { durableWrite } from '../durable-write.js';
import { IntegrationError } from '../errors.js';
import type { IdOrDocument } from '../types/polymorphic.js';
import { integrationId, integrationNotFound } from './integration-id.js';
import type { StoreDependencies } from './store-dependencies.js';
import type { SessionOption } from '../types/session-option.js';

/** What `delete()` has deleted. */
export interface DeletionResult {
  /** False when there was no such integration (any more). */
  readonly deleted: boolean;
  /** How many documents of the integration were deleted with it, by model. */
  readonly dependents: Readonly<Record<string, number>>;
}

const CHUNK = 1_000;

/**
 * Deletes an integration and all that belongs to it: the documents of every model that has an `integrationId`. Switches
 * it off first, and deletes the integration itself after its documents, so that a repetition finishes what a crash
 * interrupted. Once the integration is gone it looks again, for what was being written meanwhile.
 *
 * @throws IntegrationError `INTEGRATION_NOT_FOUND` for what cannot be an id, `OPTIONS_INVALID` for a session: the
 *   number of documents is not bounded as a transaction is.
 */
export async function deleteIntegration(
  { models }: StoreDependencies,
  target: IdOrDocument,
  { session = null }: SessionOption = {},
): Promise<DeletionResult> {
  if (session !== null) throw new IntegrationError('OPTIONS_INVALID', 'delete() cannot join a transaction.');
  const _id = integrationId(target);
  if (_id === null) throw integrationNotFound(target);
  const { collection } = models.Integration;
  await collection.updateOne({ _id }, { $set: { isActive: false } }, durableWrite);
  const before = await deleteDependents(models, _id);
  const { deletedCount } = await collection.deleteOne({ _id }, durableWrite);
  const after = await deleteDependents(models, _id);
  const dependents = Object.entries(before).map(([name, count]) => [name, count + (after[name] ?? 0)] as const);
  return { deleted: deletedCount === 1, dependents: Object.fromEntries(dependents) };
}

async function deleteDependents(
  { Integration: _integration, ...others }: IntegrationModels,
  integration: Types.ObjectId,
): Promise<Record<string, number>> {
  const deleted: Record<string, number> = {};
  for (const [name, { schema, collection }] of Object.entries(others)) {
    if ('integrationId' in schema.paths) deleted[name] = await deleteInChunks(collection, integration);
  }
  return deleted;
}

/** In chunks, so that no single operation holds the server for long, however much there is. */
async function deleteInChunks(collection: Collection, integration: Types.ObjectId): Promise<number> {
  let deleted = 0;
  for (;;) {
    const chunk = await collection
      .find({ integrationId: integration }, { projection: { _id: 1 }, readPreference: 'primary' })
      .limit(CHUNK)
      .toArray();
    if (chunk.length === 0) return deleted;
    const ids = chunk.map(({ _id }) => _id);
    deleted += (await collection.deleteMany({ _id: { $in: ids } }, durableWrite)).deletedCount;
  }
}
