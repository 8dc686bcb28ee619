import { trusted, type ClientSession } from 'mongoose';
import type { IntegrationDocument } from '../../schemas/integration.js';
import type { IntegrationMappingModel } from '../../schemas/integration-mapping.js';
import type { SessionOption } from '../types/session-option.js';
import { IntegrationError } from '../errors.js';
import type { ExternalId } from '../types/external-id.js';
import type { RecordDocument, RecordModel } from '../types/record-model.js';
import { inChunks } from './chunks.js';
import { normaliseExternalId } from './external-id.js';
import { castIdOrNull, checkModel, idKey, recordType } from './record-ref.js';

/** The record that the external id stands for: see `MappingMethods`. */
export async function resolveMapping<Document extends RecordDocument>(
  mappings: IntegrationMappingModel,
  integration: IntegrationDocument,
  externalId: ExternalId,
  model: RecordModel<unknown, Document>,
  options: SessionOption = {},
): Promise<Document | null> {
  const records = await resolveMappings(mappings, integration, [externalId], model, options);
  return records.get(normaliseExternalId(externalId)) ?? null;
}

/** The records that the external ids stand for: see `MappingMethods`. */
export async function resolveMappings<Document extends RecordDocument>(
  mappings: IntegrationMappingModel,
  integration: IntegrationDocument,
  externalIds: readonly ExternalId[],
  model: RecordModel<unknown, Document>,
  { session = null }: SessionOption = {},
): Promise<Map<string, Document | null>> {
  checkModel(model);
  checkList(externalIds);
  const records = new Map<string, Document | null>();
  for (const externalId of externalIds) records.set(normaliseExternalId(externalId), null);
  for (const chunk of inChunks([...records.keys()])) {
    const mapped = await mappings
      .find({ integrationId: integration._id, externalId: trusted({ $in: chunk }), internalType: recordType(model) })
      .read('primary')
      .session(session)
      // All in the first reply, as far as it can hold them.
      .batchSize(chunk.length + 1)
      .lean();
    const found = await findRecords(model, mapped.map(idOf(model)), session);
    for (const { externalId, internalId } of mapped) {
      records.set(externalId, found.get(idKey(castIdOrNull(model, internalId))) ?? null);
    }
  }
  return records;
}

/** A text would be taken for its characters. */
function checkList(externalIds: unknown): void {
  if (Array.isArray(externalIds)) return;
  throw new IntegrationError('MAPPING_INVALID', 'Expected a list of external ids.');
}

const idOf =
  (model: RecordModel<unknown, unknown>) =>
  ({ internalId }: { readonly internalId: unknown }): unknown =>
    castIdOrNull(model, internalId);

/** By the key of their id. */
async function findRecords<Document extends RecordDocument>(
  model: RecordModel<unknown, Document>,
  ids: readonly unknown[],
  session: ClientSession | null,
): Promise<Map<string, Document>> {
  if (ids.length === 0) return new Map();
  const records = await model
    .find({ _id: trusted({ $in: ids }) })
    .read('primary')
    .session(session)
    .batchSize(ids.length + 1)
    .exec();
  return new Map(records.map((record) => [idKey(record._id), record]));
}
