import mongoose from 'mongoose';
import { IntegrationError, type IntegrationErrorCode } from '../../errors.js';

const { BSON } = mongoose.mongo;
/** With room for the rest of the document: MongoDB stores 16 MiB. */
const maxBytes = 1024 * 1024;

/**
 * The value in the form in which MongoDB gives it back, a copy of its own; null for undefined.
 *
 * @param what For the message: `The state of a listing`, say.
 * @throws IntegrationError of that code for what MongoDB does not store, or what is larger than a megabyte.
 */
export function storable(value: unknown, what: string, code: IntegrationErrorCode): unknown {
  if (value === undefined || value === null) return null;
  let bytes: Uint8Array;
  try {
    bytes = BSON.serialize({ value }, { checkKeys: false, ignoreUndefined: true });
  } catch (cause) {
    throw new IntegrationError(code, `${what} is nothing that MongoDB stores.`, { cause });
  }
  if (bytes.byteLength <= maxBytes) return BSON.deserialize(bytes).value as unknown;
  throw new IntegrationError(code, `${what} is larger than ${String(maxBytes)} bytes.`);
}
