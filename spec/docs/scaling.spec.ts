import mongoose, { type IndexDefinition, type IndexOptions } from 'mongoose';
import { afterAll, expect, it } from 'vitest';
import { createIntegrations } from '../../lib/index.js';
import { readPage, tableRows } from './markdown.js';

const connection = mongoose.createConnection();
const integrations = createIntegrations({
  connection,
  encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 1).toString('base64') }],
  logger: false,
});
afterAll(async () => {
  await integrations.close();
  await connection.close();
});

interface Indexed {
  readonly collection: { readonly collectionName: string };
  readonly schema: { indexes(): [IndexDefinition, IndexOptions][] };
}

const all: readonly Indexed[] = Object.values<Indexed>({ ...integrations.models });
const models = new Map(all.map((model) => [model.collection.collectionName, model]));
const page = readPage('docs/scaling.md');
const [, shardable = '', unsharded = ''] = /^### What can be sharded$(.*)^### What cannot$(.*)^## /ms.exec(page) ?? [];
const shardKeys = [...tableRows(shardable)].map(([name, [key = '']]) => [name, fieldsOf(key)] as const);

/** The fields of a shard key, as it is written in the table. */
function fieldsOf(key: string): string[] {
  return [...key.matchAll(/(\w+):/g)].map(([, field = '']) => field);
}

function uniqueIndexesOf(collection: string): string[][] {
  const indexes = models.get(collection)?.schema.indexes() ?? [];
  return indexes.filter(([, { unique }]) => unique === true).map(([fields]) => Object.keys(fields));
}

it('says of every collection whether it can be sharded', () => {
  const said = [...tableRows(shardable).keys(), ...tableRows(unsharded).keys()];
  expect(said.sort()).toEqual([...models.keys(), 'integration_jobs'].sort());
});

it.each(shardKeys)('gives %s a key that its unique indexes begin with', (collection, key) => {
  expect(key).not.toEqual([]);
  for (const fields of uniqueIndexesOf(collection)) expect(fields.slice(0, key.length)).toEqual(key);
});
