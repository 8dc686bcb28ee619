import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openShell, type Shell } from '../support/shell.js';
import { useBuiltPackage } from '../support/built-package.js';
import { useDatabase } from '../support/database.js';
import { freePort } from '../support/free-port.js';
import { packPackage, registryEnvironment } from '../support/npm.js';
import { fencedBlocks, readPage } from '../docs/markdown.js';

/** A stranger's path: the page is followed word for word, in an empty folder, with the package as it would be published. */
const PATH_TIMEOUT_MS = 300_000;

/** What has to be on the screen before the reader goes on: the page says so. */
const ready: Readonly<Record<string, string>> = {
  'npx tsx desk.ts &': 'The help desk is open.',
  'npx tsx server.ts &': 'The application is up.',
};

useBuiltPackage();
const database = useDatabase();
let folder = '';
let shell: Shell | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'express-integrations-stranger-'));
  const { path: tarball } = await packPackage(folder);
  const project = join(folder, 'project');
  await mkdir(project);
  shell = openShell(project, {
    MONGODB_URI: database.uri,
    PORT: String(await freePort()),
    DESK_PORT: String(await freePort()),
    ...registryEnvironment(),
    npm_config_prefer_offline: 'true',
    npm_config_audit: 'false',
  });
  for (const { info, code } of fencedBlocks(readPage('docs/getting-started.md'))) {
    const [, file] = /^ts \[(.+)\]$/.exec(info) ?? [];
    if (file !== undefined) await writeFile(join(project, file), code);
    else await follow(shell, code.replace('install express-integrations ', `install ${tarball} `));
  }
}, PATH_TIMEOUT_MS);

afterAll(async () => {
  await shell?.end();
  await rm(folder, { recursive: true, force: true });
});

async function follow(reader: Shell, commands: string): Promise<void> {
  await reader.run(commands);
  const sign = ready[commands.trim()];
  if (sign !== undefined) await reader.sees(sign);
}

it.each([
  ['a first call', /^The ticket: \{ id: 1, subject: 'Printer on fire' \}$/m],
  ['what was logged of it', /^Logged: GET \/tickets\/\{id\} 200, 1 attempt$/m],
  ['a synced item', /^Synced: 1 Printer on fire$/m],
  ['another one', /^Synced: 2 Cannot log in$/m],
  ['the whole sync', /^2 tickets, 0 failed$/m],
  ['a webhook that was acknowledged', /"webhook":200/],
  ['that it works', /"status":"ok"/],
])('leads to %s', (_what, sight) => {
  expect(shell?.screen()).toMatch(sight);
});

it('leads to a webhook that is handled', async () => {
  await shell?.sees('A webhook: {"type":"ticket.created","ticket":{"id":3,"subject":"No coffee"}}');
});

it('leaves what the page says in the database', async () => {
  const { connection } = database;
  const [call] = await connection.collection('integration_requests').find({ endpoint: '/tickets/{id}' }).toArray();
  expect(call).toMatchObject({ method: 'GET', statusCode: 200, attempts: [{ statusCode: 200 }] });
  expect(await connection.collection('integration_sync_items').countDocuments({ status: 'success' })).toBe(2);
  expect(await connection.collection('integration_webhooks').countDocuments()).toBe(1);
});
