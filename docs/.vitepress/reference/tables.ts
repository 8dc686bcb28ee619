/** A table in Markdown. A `|` within a cell would end it. */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [titles, titles.map(() => '---'), ...rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')))];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/**
 * Puts tables in place of those behind comments `<!-- kind: names -->`.
 *
 * @param tableOf Gives the table for what the comment names
 */
export function replaceTables(page: string, kind: string, tableOf: (names: readonly string[]) => string): string {
  const marked = new RegExp(`^(<!-- ${kind}: ([^>]*?) -->)\\n\\n(?:\\|.*\\n)*`, 'gm');
  return page.replaceAll(
    marked,
    (_whole, comment: string, names: string) => `${comment}\n\n${tableOf(names.split(/,\s*/))}\n`,
  );
}
