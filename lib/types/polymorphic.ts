import { Types } from 'mongoose';
import { IntegrationError } from '../errors.js';

/** What a polymorphic relation stores: the name of a Mongoose model and the id of one of its documents. */
export interface PolymorphicRef {
  readonly type: string;
  readonly id: unknown;
}

/** A Mongoose document, as far as a polymorphic relation needs to know it. */
export interface DocumentLike {
  readonly _id: unknown;
}

/** A related record: a Mongoose document, or its model name and id. */
export type PolymorphicTarget = DocumentLike | PolymorphicRef;

/** An id, or a document that has one. */
export type IdOrDocument = Types.ObjectId | string | { readonly _id: Types.ObjectId };

const objectIdText = /^[0-9a-f]{24}$/i;

/**
 * The model name and id of a record. An id in the form of an ObjectId's text becomes one, so that a document and its `{
 * type, id: document.id }` are the same record.
 *
 * @throws IntegrationError `RECORD_INVALID` when it is neither a Mongoose document nor `{ type, id }`, or when the id
 *   could be a query operator.
 */
export function polymorphicRef(target: PolymorphicTarget): PolymorphicRef {
  const { type, id } = '_id' in target ? { type: modelNameOf(target), id: target._id } : target;
  if (typeof type === 'string' && type !== '' && id !== undefined && id !== null && !isOperator(id)) {
    return { type, id: typeof id === 'string' && objectIdText.test(id) ? new Types.ObjectId(id) : id };
  }
  throw new IntegrationError(
    'RECORD_INVALID',
    'Expected a saved Mongoose document, or { type, id } with the name of its model and its id.',
  );
}

function modelNameOf(document: object): string {
  const { modelName } = document.constructor as { modelName?: unknown };
  return typeof modelName === 'string' ? modelName : '';
}

/** What a JSON body could smuggle in: an array, or an object with a `$key` or a forged BSON type. */
function isOperator(id: unknown): boolean {
  // Mongoose gives its buffers methods whose names begin with `$`; JSON makes no buffer.
  if (typeof id !== 'object' || id === null || id instanceof Uint8Array) return false;
  return Array.isArray(id) || Object.keys(id).some((key) => key.startsWith('$') || key === '_bsontype');
}
