import { finished, Transform, type Readable } from 'node:stream';

export interface StreamLimit {
  /** Bytes that may pass. */
  readonly maxBytes: number;
  /** The error for more bytes than that. */
  readonly tooLarge: () => Error;
  /** The error to show for one of the source. */
  readonly toFailure: (error: Error) => Error;
}

/** Passes a stream on until it ends, fails or grows too large; destroying either end destroys the other. */
export function limitStream(source: Readable, { maxBytes, tooLarge, toFailure }: StreamLimit): Readable {
  let received = 0;
  const limited = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      if (received > maxBytes) done(tooLarge());
      else done(null, chunk);
    },
  });
  // Not by pipeline(): it would hand over the source's own error, an AxiosError when aborted.
  finished(source, { writable: false }, (error) => {
    if (error) limited.destroy(toFailure(error));
  });
  limited.on('close', () => source.destroy());
  // Who reads meets the error; before anyone does, it must not end the process.
  limited.on('error', () => undefined);
  return source.pipe(limited);
}
