import { errorTable } from '../../../lib/errors.js';

const row = /^\| `([A-Z_]+)` *\|[^|]*\|(.*)\|[^|]*\|$/gm;

/**
 * Writes status and remedy into the tables of docs/errors.md by the table of errors. What happened is told by the page
 * alone.
 *
 * @throws {Error} Where a code has no row
 */
export function writeErrors(page: string): string {
  const entries = new Map(Object.entries(errorTable));
  const missing = new Set(entries.keys());
  const written = page.replaceAll(row, (whole, code: string, meaning: string) => {
    const entry = entries.get(code);
    if (entry === undefined) return whole;
    missing.delete(code);
    return `| \`${code}\` | ${entry.status} |${meaning}| ${entry.remedy.replaceAll('|', '\\|')} |`;
  });
  if (missing.size > 0) throw new Error(`Give a row in docs/errors.md, with what happened: ${[...missing].join(', ')}`);
  return written;
}
