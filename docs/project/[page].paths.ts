import { readFileSync } from 'node:fs';
import { outsidePages } from '../.vitepress/outside-pages.js';

/** The pages of the repository's root. */
export default {
  paths() {
    return Object.entries(outsidePages)
      .filter(([, page]) => page.startsWith('project/'))
      .map(([path, page]) => ({ params: { page: page.slice('project/'.length) }, content: contentOf(path) }));
  },
};

function contentOf(path: string): string {
  const text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  return path.endsWith('.md') ? text : `# ${path}\n\n\`\`\`text\n${text}\`\`\`\n`;
}
