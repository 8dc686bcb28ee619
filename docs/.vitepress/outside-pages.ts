import { posix } from 'node:path';

/** Files outside of the pages that the site shows: each with its page, by path in the repository. */
export const outsidePages: Readonly<Record<string, string>> = {
  'README.md': 'project/readme',
  'CHANGELOG.md': 'project/changelog',
  'CONTRIBUTING.md': 'project/contributing',
  LICENSE: 'project/license',
  'docs/examples/quick-start.ts': 'source/quick-start',
  'docs/examples/own-provider.ts': 'source/own-provider',
  'docs/examples/sync.ts': 'source/sync',
  'docs/examples/webhooks.ts': 'source/webhooks',
  'docs/examples/demo/main.ts': 'source/demo',
};

/**
 * Where a link or picture of a page leads in the site. Pages are written for GitHub too, where links lead to files.
 *
 * @param page Path of the page below docs/
 * @returns Null: as it is
 */
export function siteTarget(page: string, target: string): string | null {
  if (target === '' || /^(?:[a-z]+:|[#/])/i.test(target)) return null;
  const [path = '', anchor] = target.split('#', 2);
  const resolved = posix.join(posix.dirname(sourceOf(page)), path);
  const shown = outsidePages[resolved] ?? pageOf(resolved);
  if (shown !== null) return `/${shown}${anchor === undefined ? '' : `#${anchor}`}`;
  // A picture: relative to the page that the site makes.
  return resolved.startsWith('docs/') ? posix.relative(posix.dirname(`docs/${page}`), resolved) : null;
}

function sourceOf(page: string): string {
  const made = page.replace(/\.md$/, '');
  return Object.keys(outsidePages).find((path) => outsidePages[path] === made) ?? `docs/${page}`;
}

function pageOf(path: string): string | null {
  const page = /^docs\/(.+)\.md$/.exec(path)?.[1];
  return page === undefined ? null : page.replace(/(^|\/)index$/, '$1');
}
