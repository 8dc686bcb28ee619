import { Option } from '@commander-js/extra-typings';
import { durationText, parseDuration } from './duration.js';

/**
 * For how long an operator's word holds.
 *
 * @param otherwise What ends it where no time is given: it holds until then.
 */
export const forOption = (otherwise: string) =>
  new Option('--for <time>', `for so long: 15m, 2h, 1d; default: until ${otherwise}`).argParser(parseDuration);

/** What the services are told of it. */
export const holdOptions = (forSeconds: number | undefined) => (forSeconds === undefined ? {} : { forSeconds });

/** `for 2h`, or until what ends it. */
export const holdText = (forSeconds: number | undefined, otherwise: string): string =>
  forSeconds === undefined ? `until ${otherwise}` : `for ${durationText(forSeconds)}`;
