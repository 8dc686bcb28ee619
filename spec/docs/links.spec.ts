import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages, readPage, root } from './markdown.js';

interface Link {
  readonly path: string;
  readonly anchor: string | undefined;
}

/** The links of a page that lead into the checkout. */
function linksOf(page: string): Link[] {
  const text = readPage(page).replaceAll(/^```.*?^```$/gms, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', anchor] = target.split('#', 2);
      return { path: path === '' ? page : join(dirname(page), path), anchor };
    });
}

/** The anchors that GitHub makes of a page's headings. */
function anchorsOf(page: string): string[] {
  const headings = [...readPage(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(pages)('%s', (page) => {
  it('links to what is there', () => {
    for (const { path, anchor } of linksOf(page)) {
      expect(existsSync(root + path), path).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(path)).toContain(anchor);
    }
  });

  it('is reached from the README or the index', () => {
    const reached = ['README.md', 'docs/index.md'].flatMap((start) => linksOf(start).map(({ path }) => path));
    expect([...reached, 'README.md']).toContain(page);
  });
});
