import { defineConfig, type MarkdownOptions } from 'vitepress';
import { home } from './home.js';
import { siteTarget } from './outside-pages.js';
import { sidebar } from './sidebar.js';

type Markdown = Parameters<NonNullable<MarkdownOptions['config']>>[0];

/** Leads links and pictures that are written for GitHub to the pages of the site. */
function rewriteTargets(md: Markdown): void {
  md.core.ruler.push('site-targets', ({ tokens, env }) => {
    const { relativePath } = env as { relativePath: string };
    if (relativePath.startsWith('reference/')) return;
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const attribute = { link_open: 'href', image: 'src' }[token.type];
      const target = attribute === undefined ? null : siteTarget(relativePath, token.attrGet(attribute) ?? '');
      if (attribute !== undefined && target !== null) token.attrSet(attribute, target);
    }
  });
}

export default defineConfig({
  title: 'express-integrations',
  description: 'Third-party integrations for Express and MongoDB.',
  base: process.env.DOCS_BASE ?? '/',
  // The examples have pages of their own, made of their sources.
  srcExclude: ['examples/**'],
  markdown: { config: rewriteTargets },
  transformPageData: ({ relativePath }) => (relativePath === 'index.md' ? { frontmatter: home } : undefined),
  themeConfig: {
    nav: [
      { text: 'Getting started', link: '/getting-started' },
      { text: 'Options', link: '/options' },
      { text: 'API', link: '/reference/api/' },
      { text: 'Changelog', link: '/project/changelog' },
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
  },
});
