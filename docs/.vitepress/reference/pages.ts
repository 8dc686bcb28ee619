import { format, resolveConfig } from 'prettier';
import { writeErrors } from './errors-page.js';
import { writeEvents } from './events-page.js';
import { writeOptions } from './options-page.js';

/** The pages with tables that are made of the code: by path, what writes them anew. */
export const referencePages = {
  'docs/options.md': writeOptions,
  'docs/errors.md': writeErrors,
  'docs/events.md': writeEvents,
} as const;

/** The page as it has to be, by its present text. */
export async function writtenAnew(path: keyof typeof referencePages, present: string): Promise<string> {
  const config = await resolveConfig(path, { editorconfig: true });
  return format(referencePages[path](present), { ...config, filepath: path });
}
