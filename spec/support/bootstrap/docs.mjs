import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { root } from './paths.mjs';
import { runNode } from './run.mjs';

const vitepress = join(root, 'node_modules/vitepress/bin/vitepress.js');
const typedoc = join(root, 'node_modules/typedoc/bin/typedoc');
const reference = ['--options', 'docs/.vitepress/typedoc.json', '--logLevel', 'Warn'];

/** @type {Record<string, (args: string[]) => Promise<number>>} */
const commands = {
  dev: (args) => afterReference([vitepress, 'dev', 'docs', ...args]),
  build: (args) => afterReference([vitepress, 'build', 'docs', ...args]),
  reference: () => runNode(['--import', 'tsx', 'docs/.vitepress/reference/write.ts']),
  picture,
};

/**
 * Everything about the site of the documentation.
 *
 * @param {string[]} args
 */
export async function docs([name = '', ...args]) {
  const command = commands[name];
  if (command === undefined) throw new Error(`Usage: bootstrap.mjs docs ${Object.keys(commands).join(' | ')}`);
  return command(args);
}

/**
 * The pages of the API are made of the code, each time.
 *
 * @param {string[]} args
 */
async function afterReference(args) {
  const code = await runNode([typedoc, ...reference]);
  return code === 0 ? runNode(args, { stdin: 'inherit' }) : code;
}

/** Takes the picture of the dashboard anew. */
async function picture() {
  await ensureBuilt();
  return runNode(['--import', 'tsx', 'spec/support/dashboard-picture.ts'], {
    env: { TSX_TSCONFIG_PATH: 'tsconfig.build.json' },
  });
}
