import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The checkout's root. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Every page that a reader may open, relative to the root. */
export const pages: readonly string[] = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** The text of a page, or of any other file of the checkout. */
export function readPage(path: string): string {
  return readFileSync(root + path, 'utf8');
}

/** The contents of the fenced blocks of a language, in order; a block within a list is indented. */
export function codeBlocks(text: string, language: string): string[] {
  const fences = new RegExp(`^( *)\`\`\`${language}\\n(.*?)^\\1\`\`\`$`, 'gms');
  return [...text.matchAll(fences)].map(([, , code = '']) => code);
}

/** The rows of all tables whose first cell is code (`name`): by that name, the other cells. */
export function tableRows(text: string): Map<string, readonly string[]> {
  const rows = text.split('\n').flatMap((line) => {
    const [first = '', ...cells] = cellsOf(line);
    const name = /^`([^`]+)`$/.exec(first)?.[1];
    return name === undefined ? [] : [[name, cells] as const];
  });
  return new Map(rows);
}

function cellsOf(line: string): string[] {
  if (!line.startsWith('|')) return [];
  // A `|` within a cell is written `\|`.
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}
