import { writeOptions } from '../durable-write.js';
import type { SessionOption } from '../types/session-option.js';
import { IntegrationError } from '../errors.js';
import type { RecordDocument, RecordModel } from '../types/record-model.js';

type PathTypes = Pick<RecordModel<unknown, unknown>['schema'], 'pathType'>;

/**
 * A new record that has its id and is valid, as far as the model checks that: what is wrong with it shows before
 * anything is written.
 *
 * @throws IntegrationError `MAPPING_INVALID` where neither the attributes nor the model give it an id.
 */
export async function createDraft<Document extends RecordDocument>(
  model: RecordModel<unknown, Document>,
  attributes: object,
  { session = null }: SessionOption,
): Promise<Document> {
  const draft = new model(attributes);
  draft.$session(session);
  if (model.schema.get('validateBeforeSave') !== false) await draft.validate();
  // A hook of the validation may have been what gave the id.
  if (draft._id !== undefined && draft._id !== null) return draft;
  throw new IntegrationError(
    'MAPPING_INVALID',
    `A new ${model.modelName} has no _id before it is saved: give its schema a default for it, or put it into the attributes.`,
  );
}

/** Inserts what is valid already: the hooks of the validation run once. */
export function insertDraft<Document extends RecordDocument>(draft: Document, options: SessionOption) {
  return saved(draft, { ...writeOptions(options), validateBeforeSave: false });
}

export function insertRecord<Document extends RecordDocument>(record: Document, options: SessionOption) {
  return saved(record, writeOptions(options));
}

/** From the primary, because it decides whether the record is to be inserted. */
export function loadRecord<Document extends RecordDocument>(
  model: RecordModel<unknown, Document>,
  _id: unknown,
  { session = null }: SessionOption,
): Promise<Document | null> {
  return model.findOne({ _id }).read('primary').session(session).exec();
}

/**
 * Sets the attributes of a record that was just loaded. It is saved only if nobody saved another version meanwhile, so
 * that save hooks which derive one field from others see all of them. Of a model without versions, all that is given is
 * written, also what this record has already: of two that write the same fields, all are of the last one.
 */
export function updateRecord<Document extends RecordDocument>(
  { schema }: Pick<RecordModel<unknown, Document>, 'schema'>,
  record: Document,
  { _id, ...attributes }: { readonly _id?: unknown },
  options: SessionOption,
): Promise<Document> {
  record.set(attributes);
  if (record.isModified()) {
    if (schema.get('versionKey') === false) markGiven(schema, record, attributes);
    else record.increment();
  }
  return saved(record, writeOptions(options));
}

/** What is no path of the schema was not set either. */
function markGiven(schema: PathTypes, record: RecordDocument, attributes: object): void {
  for (const path of Object.keys(attributes)) {
    if (['real', 'nested'].includes(schema.pathType(path))) record.markModified(path);
  }
}

async function saved<Document extends RecordDocument>(record: Document, options: object): Promise<Document> {
  await record.save(options);
  return record;
}
