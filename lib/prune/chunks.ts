import { primary } from '../primary.js';
import { pagesOf } from '../sync/pages-of.js';

/** Documents that are too old, a thousand at most. */
export interface Chunk {
  readonly size: number;
  /**
   * Deletes those that are still too old, some at a time; resolves to how many these were.
   *
   * @param pace Does each of these pieces of work. Default: one right after the other.
   */
  remove(pace?: Pace): Promise<number>;
}

/** Does a piece of work, and takes its time. */
export type Pace = <T>(work: () => Promise<T>) => Promise<T>;

/** The old documents of one collection. */
export interface Prunable {
  /** How many are old; some of them may have to stay. By an index, but as large as the collection may be. */
  count(): Promise<number>;
  /** Those that go. In a dry run nothing is written, and none is removed. */
  chunks(run: PruneRun): AsyncIterable<Chunk>;
}

/** How they are gone through. */
export interface PruneRun {
  readonly isDry: boolean;
}

/** A collection of the driver's, as far as it matters here. */
export interface DocumentCollection<Row extends StoredRow = StoredRow> {
  find(filter: object, options: object): AsyncIterable<Row>;
  deleteMany(filter: object, options: object): Promise<{ readonly deletedCount: number }>;
}

export interface StoredRow {
  readonly _id: unknown;
}

export interface ChunkSource<Row extends StoredRow> {
  readonly collection: DocumentCollection<Row>;
  readonly filter: object;
  /** The order of the index that finds them. */
  readonly sort?: object;
  /** Fields that `free` wants. */
  readonly projection?: object;
  /** Those that nothing needs any more; default: all. */
  readonly free?: (rows: readonly Row[]) => Promise<readonly Row[]>;
  /** Called before they are deleted, with their ids. */
  readonly beforeRemoval?: (ids: readonly Row['_id'][]) => Promise<unknown>;
}

export const chunkSize = 1_000;
/** Deleted by one command: whoever writes at that moment waits for no more than a few milliseconds. */
const sliceSize = 50;

/**
 * For what is simply repeated when it gets lost. Of a replica set the majority has to keep up: nothing else would slow
 * down who deletes more than the secondaries can.
 */
const pruneWrite = { writeConcern: { w: 'majority' } } as const;

/** Nothing but the ids is looked up. */
const removal = { ...pruneWrite, hint: { _id: 1 } } as const;

/** What fits, chunk by chunk. Each is deleted by its ids and the condition: whoever has changed one since keeps it. */
export async function* chunksOf<Row extends StoredRow>(source: ChunkSource<Row>): AsyncGenerator<Chunk> {
  const { collection, filter, sort, projection, free, beforeRemoval } = source;
  const shown = { projection: { _id: 1, ...projection }, ...(sort && { sort }) };
  const found = collection.find(filter, { ...primary, ...shown, batchSize: chunkSize });
  for await (const page of pagesOf(found, chunkSize)) {
    const ids = (free === undefined ? page : await free(page)).map(({ _id }) => _id);
    if (ids.length === 0) continue;
    yield {
      size: ids.length,
      async remove(pace = (work) => work()) {
        await beforeRemoval?.(ids);
        let deleted = 0;
        for (let first = 0; first < ids.length; first += sliceSize) {
          const slice = { ...filter, _id: { $in: ids.slice(first, first + sliceSize) } };
          deleted += (await pace(() => collection.deleteMany(slice, removal))).deletedCount;
        }
        return deleted;
      },
    };
  }
}
