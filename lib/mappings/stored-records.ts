import type { SessionOption } from '../types/session-option.js';
import { primary } from '../primary.js';
import type { RecordDocument, RecordModel } from '../types/record-model.js';
import { castIdOrNull } from './record-ref.js';

type AnyRecordModel = RecordModel<unknown, RecordDocument>;

/** Those of the ids that are in the collection, also of records that the model hides from its own queries. */
export async function storedIds(model: AnyRecordModel, ids: readonly unknown[]): Promise<unknown[]> {
  const stored = await model.collection.distinct('_id', { _id: { $in: ids } }, primary);
  return stored.map((id) => castIdOrNull(model, id));
}

/** Whether the id is in the collection, also of a record that the model hides from its own queries. */
export async function isStored(
  { collection }: Pick<AnyRecordModel, 'collection'>,
  _id: unknown,
  { session = null }: SessionOption,
): Promise<boolean> {
  const options = { projection: { _id: 1 }, readPreference: 'primary', ...(session !== null && { session }) } as const;
  return (await collection.findOne({ _id }, options)) !== null;
}
