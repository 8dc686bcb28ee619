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

/** The fenced blocks that are whole files (a language, then ` [name]`): by that name, their contents. */
export function namedFiles(text: string): Map<string, string> {
  const fences = /^```\w+ \[([^\]\n]+)\]\n(.*?)^```$/gms;
  return new Map([...text.matchAll(fences)].map(([, name = '', code = '']) => [name, code]));
}

/** A fenced block: what stands behind its fence (`ts [app.ts]`), and its contents. */
export interface FencedBlock {
  readonly info: string;
  readonly code: string;
}

/** All fenced blocks that do not stand in a list, in order. */
export function fencedBlocks(text: string): FencedBlock[] {
  return [...text.matchAll(/^```([^\n]+)\n(.*?)^```$/gms)].map(([, info = '', code = '']) => ({ info, code }));
}
