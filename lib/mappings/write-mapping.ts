import type { IntegrationMappingDocument, IntegrationMappingModel } from '../../schemas/integration-mapping.js';
import { writeOptions } from '../durable-write.js';
import type { SessionOption } from '../types/session-option.js';
import { duplicateIndexOf } from './duplicate-index.js';
import type { MappingKey } from './mapping-key.js';

const ATTEMPTS = 5;

/** What a mapping that is not there yet is made of, and what is set of any. */
interface MappingUpdate {
  readonly $set?: { readonly internalId: unknown; readonly updatedAt: Date };
  readonly $setOnInsert: { readonly internalId?: unknown; readonly createdAt: Date; readonly updatedAt?: Date };
}

/** The mapping of that key: made for the record where there is none, left as it is where there is one. */
export function claimMapping(
  model: IntegrationMappingModel,
  key: MappingKey,
  internalId: unknown,
  options: SessionOption,
): Promise<IntegrationMappingDocument> {
  const now = new Date();
  return upsert(model, key, { $setOnInsert: { internalId, createdAt: now, updatedAt: now } }, options);
}

/** The mapping of that key, which stands for the record from now on. */
export function repointMapping(
  model: IntegrationMappingModel,
  key: MappingKey,
  internalId: unknown,
  options: SessionOption,
): Promise<IntegrationMappingDocument> {
  const now = new Date();
  return upsert(model, key, { $set: { internalId, updatedAt: now }, $setOnInsert: { createdAt: now } }, options);
}

/** Two that insert at once: the unique index refuses one of them, which then finds the mapping of the other. */
async function upsert(
  model: IntegrationMappingModel,
  key: MappingKey,
  update: MappingUpdate,
  options: SessionOption,
): Promise<IntegrationMappingDocument> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await model.findOneAndUpdate({ ...key }, update, {
        ...writeOptions(options),
        upsert: true,
        returnDocument: 'after',
        // Mongoose would write `updatedAt` even where nothing changes.
        timestamps: false,
      });
    } catch (error) {
      // In a transaction the refusal has ended it.
      const isLostRace = duplicateIndexOf(error) !== null && options.session?.inTransaction() !== true;
      if (!isLostRace || attempt === ATTEMPTS) throw error;
    }
  }
}
