import type { Collection, Model, mongo } from 'mongoose';

/**
 * The driver's collection of a model: no option of the host's Mongoose, and no transaction of the host, has a part in
 * what is asked of it.
 */
export function driverCollection<Fields extends mongo.Document = mongo.Document>({
  db,
  collection,
}: Pick<Model<Fields>, 'db' | 'collection'>): Collection<Fields> {
  return db.collection<Fields>(collection.collectionName);
}
