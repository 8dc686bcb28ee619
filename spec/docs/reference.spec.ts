import { expect, it } from 'vitest';
import { referencePages, writtenAnew } from '../../docs/.vitepress/reference/pages.js';
import { readPage } from './markdown.js';

it.each(Object.keys(referencePages) as (keyof typeof referencePages)[])(
  'keeps the tables of %s as the code has them (npm run docs:reference)',
  async (path) => {
    const present = readPage(path);
    expect(await writtenAnew(path, present)).toBe(present);
  },
);
