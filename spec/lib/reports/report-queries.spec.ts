import mongoose from 'mongoose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createIntegrations } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';

const database = useDatabase();
const connection = mongoose.createConnection();
const acme = { name: 'Acme', credentialSchema: { type: 'object' }, metadataSchema: { type: 'object' } } as const;
const integrations = createIntegrations({
  connection,
  providers: { acme },
  encryptionKeys: [{ id: 'a', secret: Buffer.alloc(32, 1).toString('base64') }],
  logger: false,
});

beforeAll(async () => {
  await connection.openUri(database.uri, { monitorCommands: true });
  for (let count = 0; count < 25; count += 1) {
    await integrations.create({ provider: 'acme', name: `Acme ${String(count)}`, credentials: {} });
  }
});
afterAll(async () => {
  await integrations.close();
  await connection.close();
});

it.each([
  ['stats()', 3, () => integrations.stats()],
  ['overview()', 5, () => integrations.overview()],
])('%s takes %i queries, however many integrations there are', async (_name, queries, report) => {
  const sent: string[] = [];
  const note = ({ commandName }: { readonly commandName: string }) => void sent.push(commandName);
  connection.getClient().on('commandStarted', note);
  const rows: readonly unknown[] = await report();
  connection.getClient().off('commandStarted', note);
  expect(rows).toHaveLength(25);
  expect(sent.filter((name) => name === 'find' || name === 'aggregate')).toHaveLength(queries);
  expect(sent).toHaveLength(queries);
});
