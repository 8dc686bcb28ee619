import { durableWrite } from '../../durable-write.js';
import type { ItemCollections } from './item-collections.js';
import { insertOptions } from './item-payload.js';
import type { NewItem } from './new-item.js';

/** What the server answers. */
interface InsertReply {
  readonly n: number;
  readonly writeErrors?: readonly { readonly index: number; readonly code: number; readonly errmsg?: string }[];
  readonly writeConcernError?: object;
}

/**
 * Inserts by the bare command, at two thirds of the cost: the driver's `insertMany` measures each document first.
 * Rejects as that one does where not all were stored, for `commitVerdict` to judge.
 */
export async function insertCommand(items: ItemCollections['items'], documents: readonly NewItem[]): Promise<void> {
  const { db } = items.conn;
  if (db === undefined) throw notConnected();
  const command = { insert: items.collectionName, documents, ordered: false, ...durableWrite };
  // The command's own answer, documented at https://www.mongodb.com/docs/manual/reference/command/insert/.
  const reply = (await db.command(command, insertOptions)) as unknown as InsertReply;
  const { n, writeErrors = [], writeConcernError } = reply;
  if (writeErrors.length === 0 && writeConcernError === undefined) return;
  throw Object.assign(new Error('Not all items were stored.'), {
    name: 'MongoBulkWriteError',
    writeErrors,
    result: { insertedCount: n, getWriteConcernError: () => writeConcernError },
  });
}

function notConnected(): Error {
  return Object.assign(new Error('There is no connection.'), { name: 'MongoNotConnectedError' });
}
