import { readdir, readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isJsonObject } from '../../../plain-object.js';
import { ok, warning, type Check, type Finding } from '../finding.js';
import type { HostWorld } from '../world.js';

/** Packages of which a process should have one copy: models and errors of another copy are others. */
const single = ['express-integrations', 'mongoose'] as const;

/** Whether the project has one copy of the package, and one of Mongoose. */
export const installations: Check<HostWorld> = {
  name: 'installations',
  async run({ cwd }) {
    const copies = new Map<string, Map<string, string>>(single.map((name) => [name, new Map()]));
    for (let folder = cwd; ; folder = dirname(folder)) {
      await search(join(folder, 'node_modules'), copies, 0);
      if (dirname(folder) === folder) break;
    }
    return single.map((name) => findingOf(name, [...(copies.get(name) ?? [])]));
  },
};

function findingOf(name: string, copies: readonly (readonly [path: string, version: string])[]): Finding {
  if (copies.length === 0) return warning(`${name} was not found here.`, 'Run this in the folder of the application.');
  const [[, version] = ['', '']] = copies;
  if (copies.length === 1) return ok(`${name} ${version}`);
  const places = copies.map(([path, each]) => `${each} in ${path}`).join(', ');
  return warning(
    `${String(copies.length)} copies of ${name}: ${places}.`,
    `Have one version of ${name} wanted everywhere, and run \`npm dedupe\`.`,
  );
}

type Copies = ReadonlyMap<string, Map<string, string>>;

/** Packages within packages go no deeper than this. */
const deepest = 6;

async function search(modules: string, copies: Copies, depth: number): Promise<void> {
  if (depth > deepest) return;
  for (const entry of await entriesOf(modules)) {
    const path = join(modules, entry.name);
    if (entry.name.startsWith('@') && entry.isDirectory()) await search(path, copies, depth);
    else if (entry.name === '.pnpm') await searchStore(path, copies);
    else if (copies.has(entry.name)) await note(entry.name, path, copies);
    // Links lead to what is found elsewhere, or round in circles.
    if (entry.isDirectory() && !entry.name.startsWith('.')) await search(join(path, 'node_modules'), copies, depth + 1);
  }
}

/** Each folder holds one package and links to its dependencies. */
async function searchStore(store: string, copies: Copies): Promise<void> {
  for (const { name } of await entriesOf(store)) {
    const found = single.find((each) => name.startsWith(`${each}@`));
    if (found !== undefined) await note(found, join(store, name, 'node_modules', found), copies);
  }
}

async function note(name: string, path: string, copies: Copies): Promise<void> {
  try {
    const real = await realpath(path);
    const manifest: unknown = JSON.parse(await readFile(join(real, 'package.json'), 'utf8'));
    const version = isJsonObject(manifest) && typeof manifest.version === 'string' ? manifest.version : 'unknown';
    copies.get(name)?.set(real, version);
  } catch {
    // A link that leads nowhere, or a folder that is no package: Node.js would not load it either.
  }
}

async function entriesOf(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}
