import { copyFile, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../support/bootstrap/paths.mjs';
import { useCli, type PipedCli } from '../../support/cli-host.js';
import { freePort } from '../../support/free-port.js';
import { useDatabase } from '../../support/database.js';

const make = `createIntegrations({
  connection: mongoose.connection,
  encryptionKeys: [{ id: 'a', secret: Buffer.alloc(32, 1).toString('base64') }],
})`;
const imports = `import mongoose from 'mongoose';\nimport { createIntegrations } from 'express-integrations';\n`;
const files = {
  'common.cjs': `const mongoose = require('mongoose');
const { createIntegrations } = require('express-integrations');
module.exports = { integrations: ${make} };`,
  'function.mjs': `${imports}
export default { integrations: async () => ${make}, connect: () => mongoose.connect(process.env.MONGODB_URI), disconnect: () => mongoose.disconnect() };`,
  'default-instance.mjs': `${imports}${make};`,
  'server.mjs': `${imports}import { createServer } from 'node:http';
createServer().listen(0, '127.0.0.1');
setInterval(() => undefined, 1_000);
export const integrations = ${make};`,
  'nothing.mjs': `export default 42;`,
  'breaks.mjs': `throw new Error('The application does not start.');`,
} as const;
const database = useDatabase();
const cli = useCli(files, () => ({ MONGODB_URI: database.uri }));
let copy = '';

describe('a configuration', () => {
  const ended: Record<string, PipedCli> = {};
  beforeAll(async () => {
    copy = await otherCopy();
    const nowhere = `mongodb://127.0.0.1:${String(await freePort())}/app`;
    const list = ['list', '--json'];
    const commands: Record<string, readonly string[]> = {
      ...{
        'an unknown command': ['lits'],
        'an unknown flag': ['list', '--jsno'],
        'a wrong value': ['sync', '--timeout', 'x'],
      },
      'no configuration': list,
      'a database that is away': ['--config', 'common.cjs', '--mongodb-uri', nowhere, ...list],
      'of CommonJS': ['--config', 'common.cjs', ...list],
      'that is a function': ['--config', 'function.mjs', ...list],
      'that an imported module makes': ['--import', './default-instance.mjs', ...list],
      'that starts a server': ['--config', 'server.mjs', ...list],
      'of another copy of the package': ['--config', join(copy, 'common.cjs'), ...list],
      'that holds nothing': ['--config', 'nothing.mjs', ...list],
      'that breaks': ['--config', 'breaks.mjs', ...list],
      'that is not there': ['--config', 'missing.mjs', ...list],
    };
    const names = Object.entries(commands);
    const all = await Promise.all(names.map(([, args]) => cli.pipe(args)));
    for (const [index, [name]] of names.entries()) ended[name] = all[index]!;
  }, 120_000);
  afterAll(() => rm(copy, { recursive: true, force: true }));

  /** Where a monorepo has installed it twice: its classes are others, its shape is the same. */
  async function otherCopy(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'express-integrations-copy-'));
    const modules = join(folder, 'node_modules');
    await mkdir(join(modules, 'express-integrations'), { recursive: true });
    await cp(join(root, 'dist'), join(modules, 'express-integrations/dist'), { recursive: true });
    await copyFile(join(root, 'package.json'), join(modules, 'express-integrations/package.json'));
    await symlink(join(root, 'node_modules'), join(modules, 'express-integrations/node_modules'));
    await symlink(join(root, 'node_modules/mongoose'), join(modules, 'mongoose'));
    await writeFile(join(folder, 'common.cjs'), files['common.cjs']);
    return folder;
  }

  it.each([
    ['of CommonJS'],
    ['that is a function'],
    ['that an imported module makes'],
    ['that starts a server'],
    ['of another copy of the package'],
  ])('%s is found, and the command ends', (name) => {
    expect(ended[name]).toMatchObject({ code: 0, stdout: '[]\n' });
  });

  it.each([
    ['that holds nothing', /exports no instance/u],
    ['that breaks', /The application does not start\./u],
    ['that is not there', /missing\.mjs could not be imported/u],
  ])('%s ends with 3, and what to do', (name, reason) => {
    const { code, stderr } = ended[name]!;
    const { error } = JSON.parse(stderr) as { error: { code: string; message: string; remedy: string } };
    expect([code, error.code]).toEqual([3, 'CLI_CONFIG_INVALID']);
    expect(error.message).toMatch(reason);
    expect(error.remedy).not.toBe('');
  });

  it('that is missing ends with 3, and says what to write', () => {
    const { code, stderr } = ended['no configuration']!;
    expect(code).toBe(3);
    expect(stderr).toMatch(/CLI_CONFIG_MISSING.*integrations\.config\.mjs/u);
  });

  it('whose database is away ends with 3', () => {
    const { code, stderr } = ended['a database that is away']!;
    expect([code, stderr.includes('DATABASE_UNAVAILABLE')]).toEqual([3, true]);
  });

  it.each(['an unknown command', 'an unknown flag', 'a wrong value'])('%s ends with 2, and does nothing', (name) => {
    const { code, stdout, stderr } = ended[name]!;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: /u);
  });
});
