import { Option } from '@commander-js/extra-typings';
import { parseLimit } from './whole-number.js';

/** Of all commands that change something. */
export const dryRunOption = new Option('--dry-run', 'says what would be done, and changes nothing').default(false);

/** Of all commands that give a page of what may be many. */
export const limitOption = new Option('--limit <count>', 'at most so many, 1 to 1000')
  .argParser(parseLimit)
  .default(50);

/** Which integration a command is about. */
export const targetArgument = 'id, provider/name, or a provider that has a single one';
