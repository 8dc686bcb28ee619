/**
 * What `npm test`, `npm run demo` and `npm run build` run: from a fresh clone, with nothing done before. Plain node,
 * because it has to run before the npm packages are there.
 */
import { ensureBuilt } from './bootstrap/build.mjs';
import { docs } from './bootstrap/docs.mjs';
import { ensurePackages } from './bootstrap/packages.mjs';
import { runNode } from './bootstrap/run.mjs';
import { closingLine, test } from './bootstrap/test.mjs';

/** @type {Record<string, (args: string[]) => Promise<number>>} */
const commands = { bench, build, demo, docs, test };

async function build() {
  await ensureBuilt();
  return 0;
}

/**
 * Runs the demo as a user's program would run: against the built package.
 *
 * @param {string[]} args
 */
async function demo(args) {
  return runAgainstBuild(['docs/examples/demo/main.ts', ...args]);
}

/**
 * Runs a benchmark, likewise. It may force garbage collections, to measure memory.
 *
 * @param {string[]} args
 */
async function bench([name = '', ...args]) {
  return runAgainstBuild(['--expose-gc', `spec/bench/${name}.ts`, ...args]);
}

/** @param {string[]} entry */
async function runAgainstBuild(entry) {
  await ensureBuilt();
  // The editor's tsconfig.json maps the package's name to its sources.
  return runNode(['--import', 'tsx', ...entry], {
    env: { TSX_TSCONFIG_PATH: 'tsconfig.build.json' },
    stdin: 'inherit',
  });
}

async function main() {
  const [name = '', ...args] = process.argv.slice(2);
  const command = commands[name];
  if (command === undefined) throw new Error(`Usage: bootstrap.mjs ${Object.keys(commands).join(' | ')}`);
  try {
    await ensurePackages();
    return await command(args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    // Who reads the closing line shall find it however the run ends.
    if (name === 'test') console.log(closingLine({ passed: 0, failed: 1, skipped: 0 }));
    return 1;
  }
}

process.exitCode = await main();
