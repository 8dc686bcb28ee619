import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { codeBlocks, readPage, root } from './markdown.js';

const [tree = ''] = codeBlocks(readPage('docs/request-lifecycle.md'), 'text');
const stages = readdirSync(`${root}lib/requests/stages`).map((file) => file.replace(/\.ts$/, ''));

/** The files of the tree, in its order: a name behind a branch. */
const drawn = [...tree.matchAll(/^[│ ]*[├└]─+ ([a-z]+(?:-[a-z]+)*)(?= {2,})/gm)].map(([, name = '']) => name);

it('draws every stage, and no other', () => {
  expect([...drawn].sort()).toEqual([...stages].sort());
});

it('draws them in the order in which the pipeline runs them', () => {
  const source = readPage('lib/requests/pipeline.ts');
  const imported = new Map(
    [...source.matchAll(/import \{ (\w+).* from '\.\/stages\/([\w-]+)\.js'/g)].map(([, stage = '', file = '']) => [
      stage,
      file,
    ]),
  );
  const listOf = (name: string) => new RegExp(`const ${name} = \\[(.*?)\\];`, 's').exec(source)?.[1] ?? '';
  const list = listOf('oncePerCall') + listOf('oncePerAttempt');
  const composed = [...list.matchAll(/(\w+)\(/g)].map(([, stage = '']) => imported.get(stage));
  expect(drawn).toEqual(composed);
});
