import mongoose from 'mongoose';
import { beforeEach, expect, it } from 'vitest';
import type { IntegrationDocument } from '../../../lib/index.js';
import { contactModel } from '../../support/contact-model.js';
import { useDatabase } from '../../support/database.js';
import { describeWithOwnMongod, useCrashableMongod } from '../../support/crashable-mongod.js';
import type { MappingWorkerSettings } from '../../support/mapping-worker.js';
import { startMongoProxy } from '../../support/mongo-proxy.js';
import { useProcesses } from '../../support/processes.js';
import { openInstance, useMappingWorld } from './mapping-world.js';

const database = useDatabase();
const world = useMappingWorld(database);
const Contact = contactModel(database.connection);
const processes = useProcesses('mapping-worker.ts');

beforeEach(async () => {
  await Contact.deleteMany();
});

/** An integration as a process sees it whose connection goes another way. */
async function throughOther<T>(
  uri: string,
  work: (integration: IntegrationDocument, Model: typeof Contact) => Promise<T>,
) {
  const connection = await mongoose.createConnection(uri).asPromise();
  const integrations = openInstance(connection);
  try {
    return await work(await integrations.findOrFail(world.integration._id), contactModel(connection));
  } finally {
    await integrations.close();
    await connection.close();
  }
}

it(
  'repairs, with the next call, what a process left that was killed between its two writes',
  { timeout: 60_000 },
  async () => {
    const settings: MappingWorkerSettings = {
      uri: database.uri,
      integrationId: world.integration.id,
      writer: 0,
      diesInSave: true,
    };
    const worker = await processes.start(settings);
    await expect(worker.ask({ ids: 1 })).rejects.toThrow('SIGKILL');

    const [mapping] = await world.integration.mappings().lean();
    expect(mapping).toMatchObject({ externalId: 'contact-0', internalType: 'Contact' });
    expect(await Contact.countDocuments()).toBe(0);
    expect(await world.integration.resolveMapping('contact-0', Contact)).toBeNull();
    expect(await world.integration.findOrphans(Contact)).toEqual([
      { kind: 'mapping', mappingId: mapping!._id, externalId: 'contact-0', recordId: mapping!.internalId },
    ]);

    const contact = await world.integration.upsertByExternalId('contact-0', Contact, { 'writers.1': true });
    expect(contact._id).toEqual(mapping!.internalId);
    expect(await world.integration.mappings().countDocuments()).toBe(1);
    expect(await Contact.countDocuments()).toBe(1);
    expect(await world.integration.findOrphans(Contact)).toEqual([]);
  },
);

it.each(['findAndModify', 'insert'])('is repeatable when the reply to its %s is lost', async (command) => {
  const proxy = await startMongoProxy(database.uri);
  await throughOther(proxy.uri, async (integration, Model) => {
    // Loaded, and its connections are open.
    await integration.resolveMapping('1', Model);
    proxy.loseReplies({ to: command, count: 1 });
    const upsert = () => integration.upsertByExternalId('1', Model, { 'writers.1': true });
    await upsert().catch(() => undefined);
    expect(proxy.lost()).toBe(1);
    await upsert();
  });
  await proxy.stop();
  expect(await Contact.find().lean()).toMatchObject([{ writerCount: 1 }]);
  expect(await world.integration.mappings().countDocuments()).toBe(1);
});

describeWithOwnMongod('when the server is killed', () => {
  const mongod = useCrashableMongod();

  it('keeps what was acknowledged, and goes on where it was', { timeout: 60_000 }, async () => {
    const connection = await mongoose.createConnection(`${mongod.uri}mappings`).asPromise();
    const integrations = openInstance(connection);
    await integrations.start();
    const integration = await integrations.create({ provider: 'shop', name: 'Shop', credentials: {} });
    const Model = contactModel(connection);
    const acknowledged: string[] = [];
    const upsert = async (id: string) => {
      await integration.upsertByExternalId(id, Model, { 'writers.1': true });
      acknowledged.push(id);
    };
    const ids = Array.from({ length: 200 }, (_, index) => `contact-${index}`);
    const first = ids.map((id) => upsert(id).catch(() => undefined));
    await expect.poll(() => acknowledged.length, { interval: 1, timeout: 30_000 }).toBeGreaterThan(20);
    await mongod.crash();
    await mongod.start();
    await Promise.all(first);

    const kept = await integration.resolveMappings(acknowledged, Model);
    expect([...kept.values()].filter((contact) => contact === null)).toEqual([]);
    await Promise.all(ids.map(upsert));
    expect(await Model.countDocuments()).toBe(ids.length);
    expect(await integration.mappings().countDocuments()).toBe(ids.length);
    expect(await integration.findOrphans(Model)).toEqual([]);
    await integrations.close();
    await connection.close();
  });
});
