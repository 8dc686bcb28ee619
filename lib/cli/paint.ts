import picocolors from 'picocolors';
import type { Streams } from './streams.js';

/** Colours for a text; none where they are not wanted. */
export type Paint = ReturnType<typeof picocolors.createColors>;

/** Colours for a terminal; `NO_COLOR`, `FORCE_COLOR` and `TERM=dumb` are obeyed (https://no-color.org). */
export function createPaint({ env, stdout }: Streams, wanted: boolean): Paint {
  if (!wanted || isSet(env.NO_COLOR)) return picocolors.createColors(false);
  if (isSet(env.FORCE_COLOR)) return picocolors.createColors(env.FORCE_COLOR !== '0');
  return picocolors.createColors(stdout.isTTY && env.TERM !== 'dumb');
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
