import { randomBytes } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useCli } from '../../support/cli-host.js';
import { useDatabase } from '../../support/database.js';

const config = `
import mongoose from 'mongoose';
import { createIntegrations } from 'express-integrations';
export default createIntegrations({
  connection: mongoose.connection,
  encryptionKeys: [{ id: 'a', secret: process.env.KEY }],
});
`;
const database = useDatabase();
const KEY = randomBytes(32).toString('base64');
const environment = () => ({ MONGODB_URI: database.uri, KEY });
const cli = useCli({ 'app.mjs': config }, environment);
const SLOW = 90_000;

interface Plan {
  readonly status: string;
  readonly collections: readonly string[];
  readonly indexes: readonly { readonly collection: string }[];
  readonly different: readonly { readonly indexName: string }[];
}

const setup = async (...args: string[]) => {
  const { code, stdout } = await cli.pipe(['setup', '--config', 'app.mjs', '--json', ...args]);
  return { code, plan: JSON.parse(stdout) as Plan };
};
const collections = async () =>
  ((await database.connection.db?.collections()) ?? []).map((each) => each.collectionName);

it('makes what is missing, once, and makes nothing in a dry run', { timeout: SLOW }, async () => {
  const dry = await setup('--dry-run');
  expect(dry).toMatchObject({ code: 0, plan: { status: 'planned', different: [] } });
  expect(dry.plan.collections).toContain('integration_mappings');
  expect(await collections()).toEqual([]);

  const first = await setup();
  expect(first.plan).toEqual({ ...dry.plan, status: 'ready' });
  expect((await collections()).toSorted()).toEqual([...dry.plan.collections].toSorted());

  const again = await cli.run(['setup', '--config', 'app.mjs']);
  expect(again).toMatchObject({ code: 0, screen: 'Everything was there already.\n' });
});

it('says which indexes are in the way, and makes nothing then', { timeout: SLOW }, async () => {
  const mappings = database.connection.collection('integration_mappings');
  const [unique] = (await mappings.indexes()).filter((index) => index.unique === true);
  await mappings.dropIndexes();
  await mappings.createIndexes([{ key: unique?.key ?? {}, name: 'by_hand' }]);
  const { code, screen } = await cli.run(['setup', '--config', 'app.mjs']);
  expect(code).toBe(1);
  expect(screen).toContain('db.integration_mappings.dropIndex("by_hand")');
  expect((await mappings.indexes()).map(({ name }) => name).toSorted()).toEqual(['_id_', 'by_hand']);
});

it('offers to write a configuration, and never over one', { timeout: SLOW }, async () => {
  const unasked = await cli.pipe(['setup']);
  expect(unasked.code).toBe(3);
  expect(await readdir(cli.folder)).not.toContain('integrations.config.mjs');

  const session = cli.open(['setup']);
  await session.sees('Write integrations.config.mjs here?');
  session.type('\r');
  await session.sees('Which module exports your instance?');
  session.type('./app.mjs\r');
  expect((await session.ended).code).toBe(0);
  const path = join(cli.folder, 'integrations.config.mjs');
  const written = await readFile(path, 'utf8');
  expect(written).toContain('./app.mjs');
  expect(await cli.pipe(['setup', '--dry-run'])).toMatchObject({ code: 1, stderr: '' });
  expect(await readFile(path, 'utf8')).toBe(written);
});
