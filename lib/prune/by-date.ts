import { primary } from '../primary.js';
import { chunksOf, type ChunkSource, type DocumentCollection, type Prunable, type StoredRow } from './chunks.js';

/** A collection that can be counted. */
export interface CountedCollection<Row extends StoredRow = StoredRow> extends DocumentCollection<Row> {
  countDocuments(filter: object, options: object): Promise<number>;
}

/** Documents that one condition, and one range of an index, tell to be old. */
export function prunableByDate<Row extends StoredRow>(
  source: ChunkSource<Row> & { readonly collection: CountedCollection<Row> },
): Prunable {
  return {
    count: () => source.collection.countDocuments(source.filter, primary),
    chunks: () => chunksOf(source),
  };
}
