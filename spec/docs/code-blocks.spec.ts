import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cacheFolder } from '../support/bootstrap/paths.mjs';
import { useBuiltPackage } from '../support/built-package.js';
import { codeBlocks, namedFiles, pages, readPage, root } from './markdown.js';

const run = promisify(execFile);
const COMPILE_TIMEOUT_MS = 120_000;

useBuiltPackage();
let folder = '';

/** What the code blocks take for granted. Not a file of the checkout, where it would hold for all code. */
const globals = `
import type { Express } from 'express';
import type { IntegrationDocument, Integrations } from 'express-integrations';
declare global {
  const app: Express;
  const integration: IntegrationDocument;
  const integrations: Integrations;
}
`;

beforeAll(async () => {
  await mkdir(cacheFolder, { recursive: true });
  folder = await mkdtemp(join(cacheFolder, 'code-blocks-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/**
 * One module for each block, those of files by their names, and a project of them: with our own compiler options, and
 * the types that a user gets.
 */
async function writeProject(): Promise<number> {
  const blocks = pages.flatMap((page) =>
    codeBlocks(readPage(page), 'ts').map((code, index) => ({
      name: `${page.replaceAll('/', '-')}-${index + 1}.mts`,
      code,
    })),
  );
  const files = pages.flatMap((page) =>
    [...namedFiles(readPage(page))].map(([name, code]) => ({ name: `${page.replaceAll('/', '-')}/${name}`, code })),
  );
  for (const { name, code } of files) {
    await mkdir(join(folder, dirname(name)), { recursive: true });
    await writeFile(join(folder, name), code);
  }
  // As in a project with `"type": "module"`.
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'globals.d.mts'), globals);
  for (const { name, code } of blocks) await writeFile(join(folder, name), `${code}\nexport {};\n`);
  const project = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      paths: {
        'express-integrations': [join(root, 'dist/lib/index.d.ts')],
        'express-integrations/cli': [join(root, 'dist/lib/cli/index.d.ts')],
        'express-integrations/testing': [join(root, 'dist/lib/testing/index.d.ts')],
        'express-integrations/providers/*': [join(root, 'dist/providers/*/index.d.ts')],
      },
    },
    files: [...blocks, ...files].map(({ name }) => name).concat('globals.d.mts'),
    include: [],
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(project));
  return blocks.length + files.length;
}

it(
  'shows TypeScript that compiles on every page',
  async () => {
    expect(await writeProject()).toBeGreaterThan(10);
    const compile = run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], {
      cwd: folder,
    });
    // The compiler reports on its standard output.
    const report = await compile.then(
      () => '',
      (error: unknown) => (error as { stdout: string }).stdout,
    );
    expect(report).toBe('');
  },
  COMPILE_TIMEOUT_MS,
);
