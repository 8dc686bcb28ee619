import { Types } from 'mongoose';
import { IntegrationError } from '../errors.js';

const HEX_ID = /^[\da-f]{24}$/i;

/** The id that a string, an ObjectId or a document stands for; null where it cannot be the id of an integration. */
export function integrationId(target: unknown): Types.ObjectId | null {
  if (target instanceof Types.ObjectId) return target;
  const id = typeof target === 'object' && target !== null && '_id' in target ? target._id : target;
  if (id instanceof Types.ObjectId) return id;
  // Mongoose's own isValid() would take any text of 12 characters.
  return typeof id === 'string' && HEX_ID.test(id) ? new Types.ObjectId(id) : null;
}

/** The error for an integration that is not there. */
export function integrationNotFound(target: unknown): IntegrationError<'INTEGRATION_NOT_FOUND'> {
  const id = integrationId(target)?.toHexString() ?? null;
  const message = id === null ? 'No integration matches.' : `There is no integration ${id}.`;
  return new IntegrationError('INTEGRATION_NOT_FOUND', message, { details: { integrationId: id } });
}
