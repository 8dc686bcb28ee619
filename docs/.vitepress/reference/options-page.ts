import { optionsSchema } from '../../../schemas/json/options.js';
import { optionRows } from './option-rows.js';
import { markdownTable, replaceTables } from './tables.js';

const titles = ['Option', 'Value', 'Default', 'Meaning'];

/**
 * Writes the tables of docs/options.md by the JSON Schema of the options.
 *
 * @throws {Error} Where the page has no place for an option, or several
 */
export function writeOptions(page: string): string {
  const missing = new Set(Object.keys(optionsSchema.properties));
  const written = replaceTables(page, 'options', (names) => {
    for (const name of names) if (!missing.delete(name)) throw new Error(`${name}: no option, or named twice.`);
    return markdownTable(titles, optionRows(optionsSchema, names));
  });
  if (missing.size > 0) throw new Error(`Name in a comment of docs/options.md: ${[...missing].join(', ')}`);
  return written;
}
