import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

/** The checkout's root. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What may be lost at any time: inside node_modules, so that a fresh install starts clean. */
export const cacheFolder = join(root, 'node_modules/.cache/express-integrations');
