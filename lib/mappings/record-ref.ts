import { mongo, type Connection } from 'mongoose';
import { IntegrationError } from '../errors.js';
import { polymorphicRef, type PolymorphicRef, type PolymorphicTarget } from '../types/polymorphic.js';
import type { RecordDocument, RecordModel } from '../types/record-model.js';

type AnyRecordModel = RecordModel<unknown, RecordDocument>;

/** What is asked of the model of a record. */
type ModelFacts = Pick<AnyRecordModel, 'modelName' | 'baseModelName' | 'schema'>;

/**
 * The record type and id of a record: see `recordType`. The id is of the type that the model gives its ids, so that a
 * record's document and its `{ type, id }` are the same also where ids are texts that look like ObjectIds.
 *
 * @throws IntegrationError `RECORD_INVALID`
 */
export function recordRef(target: PolymorphicTarget, connection: Connection): PolymorphicRef {
  const { type, id } = polymorphicRef(target);
  const model = '_id' in target ? modelOf(target) : connection.models[type];
  if (model === undefined) return { type, id };
  return { type: recordType(model), id: '_id' in target ? target._id : givenId(model, target.id) };
}

/**
 * What mappings of a model's records have for their type: its name; of a discriminator, the name of its base model. The
 * records of both are in one collection and have one kind of ids, and one record can be a document of either.
 */
export function recordType({ modelName, baseModelName }: Pick<ModelFacts, 'modelName' | 'baseModelName'>): string {
  return baseModelName ?? modelName;
}

/** A document's constructor is its model. */
function modelOf(document: object): ModelFacts {
  return document.constructor as unknown as ModelFacts;
}

function givenId(model: ModelFacts, id: unknown): unknown {
  try {
    return castId(model, id);
  } catch (cause) {
    throw new IntegrationError('RECORD_INVALID', `That is no id of a ${model.modelName}.`, { cause });
  }
}

/** The id as documents of the model have it. */
export function castId({ schema }: Pick<ModelFacts, 'schema'>, id: unknown): unknown {
  const path = schema.path('_id');
  return path === undefined ? id : path.cast(id);
}

/** As documents of the model have it; null for what no document can have. */
export function castIdOrNull(model: Pick<ModelFacts, 'schema'>, id: unknown): unknown {
  try {
    return castId(model, id);
  } catch {
    return null;
  }
}

/** Equal for equal ids, whatever they are made of; an id that was stored equals the one that it was stored from. */
export function idKey(id: unknown): string {
  const { BSON } = mongo;
  // A BigInt comes back as a number, a Buffer as a Binary.
  return BSON.EJSON.stringify(BSON.deserialize(BSON.serialize({ id })), { relaxed: false });
}

/**
 * Makes sure that it is a model.
 *
 * @throws IntegrationError `MAPPING_INVALID`
 */
export function checkModel(model: AnyRecordModel): void {
  const given: unknown = model;
  if (typeof given === 'function' && 'modelName' in given && typeof given.modelName === 'string') return;
  throw new IntegrationError('MAPPING_INVALID', 'Expected a Mongoose model.');
}
