import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files in which processes write down what they have done, a line each: it is outside of MongoDB, and outlives a kill. */
export interface Sinks {
  /** The path of a new one. */
  add(): string;
  /** What all of them hold. */
  lines(): string[];
}

export function createSinks(folder: string): Sinks {
  const sinks: string[] = [];
  return {
    add() {
      const sink = join(folder, `handled-${String(sinks.length)}`);
      sinks.push(sink);
      return sink;
    },
    lines: () => sinks.flatMap(linesOf),
  };
}

export function linesOf(sink: string): string[] {
  try {
    return readFileSync(sink, 'utf8').split('\n').filter(Boolean);
  } catch {
    // A process that has handled nothing has no file.
    return [];
  }
}
