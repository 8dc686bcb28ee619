import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useBuiltPackage } from '../support/built-package.js';
import { packPackage, runNpm, type PackedPackage } from '../support/npm.js';
import manifest from '../../package.json' with { type: 'json' };

const run = promisify(execFile);

const ALLOWED =
  /^(dist\/(lib|schemas|providers|middleware|jobs)\/.+(?<!\.map)|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/;
const INSTALL_TIMEOUT_MS = 240_000;

/** The entries with code: what a user may import. */
const entries = Object.keys(manifest.exports)
  .filter((path) => path !== './package.json')
  .map((path) => manifest.name + path.slice(1));

describe('the tarball', () => {
  useBuiltPackage();
  let folder = '';
  let packed: PackedPackage;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'express-integrations-tarball-'));
    packed = await packPackage(folder);
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'host', private: true }));
    await runNpm(['install', '--prefer-offline', '--no-audit', '--no-fund', ...installed(packed)], folder);
  }, INSTALL_TIMEOUT_MS);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('holds the compiled rooms, the licence and the readme, and nothing else', () => {
    const files = packed.files.map((file) => file.path);
    expect(files.filter((path) => !ALLOWED.test(path))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json', 'dist/lib/index.js']));
  });

  // Prose and types for editors are a good part of it.
  it('is no larger than 900 KB', () => {
    expect(packed.size).toBeLessThan(900_000);
  });

  it.each(entries)('gives %s to an ES module', async (entry) => {
    expect(await exportsSeenBy(folder, 'host.mjs', `import * as entry from '${entry}';`)).not.toEqual({});
  });

  it.each(entries)('gives %s to require()', async (entry) => {
    expect(await exportsSeenBy(folder, 'host.cjs', `const entry = require('${entry}');`)).not.toEqual({});
  });

  it('hands out the same functions either way', async () => {
    const imported = await exportsSeenBy(folder, 'host.mjs', `import * as entry from '${manifest.name}';`);
    const required = await exportsSeenBy(folder, 'host.cjs', `const entry = require('${manifest.name}');`);
    expect(imported).toMatchObject({ createIntegrations: 'function' });
    expect(required).toMatchObject(imported);
  });

  // Agenda's backend asks for one, and gets the newest there is unless package.json names that of Mongoose.
  it('brings no second mongodb driver', async () => {
    const lock = JSON.parse(await readFile(join(folder, 'node_modules/.package-lock.json'), 'utf8')) as Lock;
    const drivers = Object.keys(lock.packages).filter((path) => path.endsWith('node_modules/mongodb'));
    expect(drivers).toEqual(['node_modules/mongodb']);
  });
});

interface Lock {
  readonly packages: Readonly<Record<string, unknown>>;
}

/** The package with the peers that a host brings, as this checkout has them. */
function installed({ path }: PackedPackage): string[] {
  const { express, mongoose } = manifest.devDependencies;
  return [path, `express@${express}`, `mongoose@${mongoose}`];
}

/** What a program in the host's folder finds in an entry: name and type of each export. */
async function exportsSeenBy(folder: string, file: string, statement: string): Promise<Record<string, string>> {
  const list = 'Object.entries(entry).map(([name, value]) => [name, typeof value])';
  await writeFile(join(folder, file), `${statement}\nconsole.log(JSON.stringify(Object.fromEntries(${list})));\n`);
  const { stdout } = await run(process.execPath, [file], { cwd: folder });
  return JSON.parse(stdout) as Record<string, string>;
}
