import { createPaint, type Paint } from './paint.js';
import { createProgress, noProgress, type Progress } from './progress.js';
import type { Streams } from './streams.js';

/** What a command shows. Results go to standard output, all else to standard error: results can be piped. */
export interface Output {
  /** `--json`: programs read it. */
  readonly isJson: boolean;
  readonly paint: Paint;
  /**
   * What the command came to; once. With `--json` the value as one document, else the text.
   *
   * @param text Its values went through {@link printable}.
   */
  result(value: unknown, text: () => string): void;
  /** What somebody who watches wants to know. Not with `--json`. */
  note(text: string): void;
  /** What somebody should look at. */
  warn(text: string): void;
  progress(label: string): Progress;
}

export function createOutput(streams: Streams, { json, color }: { json: boolean; color: boolean }): Output {
  const paint = createPaint(streams, color && !json);
  const { stdout, stderr } = streams;
  return {
    isJson: json,
    paint,
    result(value, text) {
      stdout.write(`${json ? JSON.stringify(value, null, 2) : text()}\n`);
    },
    note(text) {
      if (!json) stderr.write(`${text}\n`);
    },
    warn(text) {
      stderr.write(`${paint.yellow('warning:')} ${text}\n`);
    },
    progress: (label) => (json ? noProgress : createProgress(stderr, label)),
  };
}
