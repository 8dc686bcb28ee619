/** `npm run docs:reference`: writes the tables of the reference pages by the code. */
import { readFileSync, writeFileSync } from 'node:fs';
import { referencePages, writtenAnew } from './pages.js';

for (const path of Object.keys(referencePages) as (keyof typeof referencePages)[]) {
  try {
    const present = readFileSync(path, 'utf8');
    const anew = await writtenAnew(path, present);
    if (anew === present) continue;
    writeFileSync(path, anew);
    console.log(`written: ${path}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
