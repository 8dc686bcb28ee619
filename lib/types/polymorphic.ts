import type { Types } from 'mongoose';
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

/**
 * The model name and id of a record.
 *
 * @throws IntegrationError `RECORD_INVALID` when it is neither a Mongoose document nor `{ type, id }`.
 */
export function polymorphicRef(target: PolymorphicTarget): PolymorphicRef {
  const ref = '_id' in target ? { type: modelNameOf(target), id: target._id } : target;
  if (typeof ref.type === 'string' && ref.type !== '' && ref.id !== undefined && ref.id !== null) return ref;
  throw new IntegrationError(
    'RECORD_INVALID',
    'Expected a saved Mongoose document, or { type, id } with the name of its model and its id.',
  );
}

function modelNameOf(document: object): string {
  const { modelName } = document.constructor as { modelName?: unknown };
  return typeof modelName === 'string' ? modelName : '';
}
