import Table from 'cli-table3';
import { printable } from './printable.js';
import type { Paint } from './paint.js';

/** A cell: what is shown, or nothing. */
export type Cell = string | number | boolean | Date | null | undefined;

/** One column: its title, what it shows of a row, and how that is coloured. */
export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => Cell;
  readonly paint?: (text: string, row: Row) => string;
}

const borderless = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

/** Rows under their titles, as wide as they need to be: to be read, and to be taken apart by `awk` and `grep`. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], paint: Paint): string {
  const head = columns.map(({ title }) => paint.dim(title.toUpperCase()));
  const style = { head: [], border: [], 'padding-left': 0, 'padding-right': 0 };
  const sheet = new Table({ head, chars: borderless, style });
  for (const row of rows) {
    sheet.push(columns.map(({ of, paint: colour = same }) => colour(cellText(of(row)), row)));
  }
  return trimLines(sheet.toString());
}

/** Names beside their values, for a single thing. */
export function properties(entries: readonly (readonly [name: string, value: Cell])[], paint: Paint): string {
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${paint.dim(name.padEnd(width))}  ${cellText(value)}`).join('\n');
}

/** What stands in a cell; `-` for nothing. */
export function cellText(value: Cell): string {
  if (value === null || value === undefined || value === '') return '-';
  if (value instanceof Date) return value.toISOString().replace(/\.\d+Z$/u, 'Z');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return printable(String(value));
}

function same(text: string): string {
  return text;
}

function trimLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
