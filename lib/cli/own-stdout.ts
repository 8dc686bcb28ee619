/**
 * Keeps standard output for results: what the application and its loggers write there goes to standard error, so that
 * `--json` is nothing but JSON. Where the reader goes away (`| head`), the process ends quietly.
 */
export function ownStdout({ stdout, stderr, exit }: NodeJS.Process): NodeJS.WriteStream {
  const write = stdout.write.bind(stdout);
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    exit(0);
  });
  stdout.write = stderr.write.bind(stderr);
  // Like the stream in all else: what a terminal can do is asked of it.
  return Object.create(stdout, { write: { value: write } }) as NodeJS.WriteStream;
}
