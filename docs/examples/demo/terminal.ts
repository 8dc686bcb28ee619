import { styleText } from 'node:util';

/** Lines of the demo end here at the latest. */
export const maxWidth = 100;

/** What a piece of text is, not how it looks. */
export type Tone = 'title' | 'good' | 'bad' | 'quiet';

const styles = { title: 'bold', good: 'green', bad: 'red', quiet: 'dim' } as const;

/** Gives a text its colour, or leaves it as it is. */
export type Paint = (tone: Tone, text: string) => string;

/** For files, pipes and `curl`. */
export const plain: Paint = (_tone, text) => text;

/** Colours on a terminal, unless `NO_COLOR` is set (https://no-color.org). */
export function paintFor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): Paint {
  const isWanted = stream.isTTY === true && (env.NO_COLOR ?? '') === '';
  return isWanted ? (tone, text) => styleText(styles[tone], text) : plain;
}

/** The text at exactly this width: filled up on the right, or cut with an ellipsis. */
export function fit(text: string, width: number): string {
  return text.length <= width ? text.padEnd(width) : `${text.slice(0, width - 1)}…`;
}

/** `1,234 ms` */
export function milliseconds(value: number): string {
  return `${Math.round(value).toLocaleString('en-US')} ms`;
}

/** `1 attempt`, `2 attempts` */
export function plural(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A text in lines of at most `width` characters, broken at spaces. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
