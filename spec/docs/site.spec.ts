import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { home } from '../../docs/.vitepress/home.js';
import { outsidePages, siteTarget } from '../../docs/.vitepress/outside-pages.js';
import { sidebar } from '../../docs/.vitepress/sidebar.js';
import { pages, root } from './markdown.js';

/** By the path in the site. */
const shown = new Set([
  ...pages.filter((page) => page.startsWith('docs/')).map((page) => page.replace(/^docs\/(.*)\.md$/, '/$1')),
  ...Object.values(outsidePages).map((page) => `/${page}`),
  // Made of the code when the site is built.
  '/reference/api/',
]);
const listed = sidebar.flatMap(({ items }) => items.map(({ link }) => link));

describe('the sidebar', () => {
  it('leads to pages that are there, to each once', () => {
    expect(listed.filter((link) => !shown.has(link))).toEqual([]);
    expect(new Set(listed).size).toBe(listed.length);
  });

  it('leads to every page of docs/', () => {
    const own = pages.filter((page) => page.startsWith('docs/') && page !== 'docs/index.md');
    expect(own.map((page) => page.replace(/^docs\/(.*)\.md$/, '/$1')).filter((link) => !listed.includes(link))).toEqual(
      [],
    );
  });
});

it('begins with links to pages that are there', () => {
  const links = [...home.hero.actions, ...home.features].map(({ link }) => link);
  expect(links.filter((link) => !shown.has(link))).toEqual([]);
});

it('shows files that are there', () => {
  expect(Object.keys(outsidePages).filter((path) => !existsSync(root + path))).toEqual([]);
});

it.each([
  ['index.md', 'options.md', '/options'],
  ['index.md', 'options.md#calls', '/options#calls'],
  ['index.md', '../README.md', '/project/readme'],
  ['webhooks.md', 'examples/webhooks.ts', '/source/webhooks'],
  ['project/readme.md', 'docs/index.md', '/'],
  ['project/readme.md', 'CONTRIBUTING.md#how-mongodb-is-found', '/project/contributing#how-mongodb-is-found'],
  ['project/readme.md', 'docs/images/jobs-dashboard.png', '../images/jobs-dashboard.png'],
  ['options.md', '#calls', null],
  ['options.md', 'https://example.com/options.md', null],
])('leads a link on %s to %s to %s', (page, target, expected) => {
  expect(siteTarget(page, target)).toBe(expected);
});
