import type { IntegrationDocument } from '../../schemas/integration.js';
import type { IntegrationMappingModel } from '../../schemas/integration-mapping.js';
import type { SessionOption } from '../types/session-option.js';
import { IntegrationError } from '../errors.js';
import type { ExternalId } from '../types/external-id.js';
import type { RecordAttributes, RecordDocument, RecordModel } from '../types/record-model.js';
import { normaliseExternalId } from './external-id.js';
import { alreadyClaimed, type MappingKey } from './mapping-key.js';
import { castId, checkModel, idKey, recordType } from './record-ref.js';
import { isStored } from './stored-records.js';
import { untilSettled } from './until-settled.js';
import { claimMapping } from './write-mapping.js';
import { createDraft, insertDraft, insertRecord, loadRecord, updateRecord } from './write-record.js';

interface Upsert<Document> {
  readonly mappings: IntegrationMappingModel;
  readonly key: MappingKey;
  readonly model: RecordModel<unknown, Document>;
  readonly attributes: object;
  readonly options: SessionOption;
}

/**
 * Creates or updates the record that the external id stands for: see `MappingMethods`.
 *
 * The mapping is written first, with the id that the record is going to have; whoever finds a mapping without its
 * record writes the record under that id. So there is never a record that no mapping leads to, wherever a process dies,
 * and never a second one: of several writers, the index on `_id` lets one insert, and the others update what it
 * inserted.
 */
export async function upsertByExternalId<Fields, Document extends RecordDocument>(
  mappings: IntegrationMappingModel,
  integration: IntegrationDocument,
  externalId: ExternalId,
  model: RecordModel<Fields, Document>,
  attributes: RecordAttributes<Fields>,
  options: SessionOption = {},
): Promise<Document> {
  checkModel(model);
  const key = {
    integrationId: integration._id,
    externalId: normaliseExternalId(externalId),
    internalType: recordType(model),
  };
  const upsert = { mappings, key, model, attributes, options };
  // What fails in a transaction has ended it: the host, who began it, repeats it.
  if (options.session?.inTransaction() === true) return upsertOnce(upsert);
  return untilSettled(() => upsertOnce(upsert));
}

async function upsertOnce<Document extends RecordDocument>(upsert: Upsert<Document>): Promise<Document> {
  const { model, attributes, options } = upsert;
  const mapping = (await findMapping(upsert)) ?? (await claimForDraft(upsert));
  if ('draft' in mapping) return insertDraft(mapping.draft, options);
  const _id = castId(model, mapping.internalId);
  checkGivenId(upsert, _id);
  const record = await findRecord(model, _id, options);
  return record === null
    ? insertRecord(new model({ ...attributes, _id }), options)
    : updateRecord(model, record, attributes, options);
}

/**
 * Null where there is none.
 *
 * @throws IntegrationError `MAPPING_UNSETTLED` for a record that the model does not find: its id is taken all the same.
 */
async function findRecord<Document extends RecordDocument>(
  model: RecordModel<unknown, Document>,
  _id: unknown,
  options: SessionOption,
): Promise<Document | null> {
  const record = await loadRecord(model, _id, options);
  if (record !== null || !(await isStored(model, _id, options))) return record;
  // Somebody else may just have inserted it.
  const inserted = await loadRecord(model, _id, options);
  if (inserted !== null) return inserted;
  throw new IntegrationError(
    'MAPPING_UNSETTLED',
    `The record of the external id exists, but ${model.modelName} does not find it: its query hooks hide it, or it is of another discriminator.`,
    { details: { recordId: _id } },
  );
}

/** What a majority of the servers has: another mapping could be rolled back, once its record is written. */
function findMapping({ mappings, key, options: { session = null } }: Upsert<unknown>) {
  const query = mappings
    .findOne({ ...key })
    .read('primary')
    .session(session)
    .lean();
  return session?.inTransaction() === true ? query : query.readConcern('majority');
}

/** Gives the draft where the mapping is new, else the mapping that somebody else made meanwhile. */
async function claimForDraft<Document extends RecordDocument>({ mappings, key, model, ...upsert }: Upsert<Document>) {
  const draft = await createDraft(model, upsert.attributes, upsert.options);
  const mapping = await claimMapping(mappings, key, draft._id, upsert.options);
  return idKey(castId(model, mapping.internalId)) === idKey(draft._id) ? { draft } : mapping;
}

/** Attributes with an `_id` of their own must not be written to another record. */
function checkGivenId({ model, key, attributes }: Upsert<unknown>, internalId: unknown): void {
  const given: unknown = '_id' in attributes ? attributes._id : undefined;
  if (given === undefined || given === null) return;
  if (idKey(castGivenId(model, given)) !== idKey(internalId)) throw alreadyClaimed({ ...key, internalId });
}

function castGivenId(model: RecordModel<unknown, unknown>, given: unknown): unknown {
  try {
    return castId(model, given);
  } catch (cause) {
    throw new IntegrationError('MAPPING_INVALID', `The attributes have an _id that no ${model.modelName} can have.`, {
      cause,
    });
  }
}
