import { Types } from 'mongoose';

// A query uses a partial index only where MongoDB can tell that it asks for nothing outside. From an equality or `$in` it can
// tell for a range, but not for `$type` or `$in`. A range matches values of its own type only.

/** Partial index: where the field is a string. */
export const isString = { $gte: '' };

/** Partial index: where the field is an id. */
export const isObjectId = { $gte: new Types.ObjectId('000000000000000000000000') };

/** Partial index: where the field is a date. */
export const isDate = { $gte: new Date(-8.64e15) };
