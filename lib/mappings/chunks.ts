// MongoDB takes commands of 16 MiB; beside each text stands its place in the list.
const MAX_BYTES = 14 * 1024 * 1024;
const BYTES_PER_PLACE = 16;
/** As many record ids follow, in a command of their own. */
const MAX_TEXTS = 100_000;

/** The texts in as few lists as fit into one command each: in one, 100,000 ids of the usual length. */
export function* inChunks(texts: readonly string[]): Generator<string[]> {
  let chunk: string[] = [];
  let bytes = 0;
  for (const text of texts) {
    const size = BYTES_PER_PLACE + Buffer.byteLength(text);
    if (bytes + size > MAX_BYTES || chunk.length === MAX_TEXTS) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(text);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}
