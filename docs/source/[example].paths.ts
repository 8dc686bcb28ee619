import { readFileSync } from 'node:fs';
import { outsidePages } from '../.vitepress/outside-pages.js';

/** The sources of the examples. */
export default {
  paths() {
    return Object.entries(outsidePages)
      .filter(([, page]) => page.startsWith('source/'))
      .map(([path, page]) => ({ params: { example: page.slice('source/'.length) }, content: contentOf(path) }));
  },
};

function contentOf(path: string): string {
  const text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  return `# ${path}\n\n\`\`\`ts\n${text}\`\`\`\n`;
}
