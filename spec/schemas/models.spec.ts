import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import mongoose, { Mongoose, Schema } from 'mongoose';
import { afterEach, describe, expect, it } from 'vitest';
import { documentMethods } from '../../lib/instance/document-methods.js';
import { compileModels, type CompiledModels } from '../../schemas/models.js';
import { useDatabase } from '../support/database.js';

const database = useDatabase();
const { connection } = database;
const compiledHere: CompiledModels[] = [];

const methods = documentMethods(() => {
  throw new Error('These documents are not part of an instance');
});

function compile(prefix: string, on = connection): CompiledModels {
  const compiled = compileModels(on, prefix, methods);
  compiledHere.push(compiled);
  return compiled;
}

const run = promisify(execFile);
const fields = { provider: 'acme', name: 'Acme' };

afterEach(() => {
  for (const { remove } of compiledHere.splice(0)) remove();
});

describe('names', () => {
  it.each([
    ['integration', 'Integration', 'integrations', 'IntegrationSyncItem', 'integration_sync_items'],
    ['crm', 'Crm', 'crms', 'CrmSyncItem', 'crm_sync_items'],
    ['crm_api', 'CrmApi', 'crm_apis', 'CrmApiSyncItem', 'crm_api_sync_items'],
    ['crm-2', 'Crm2', 'crm-2s', 'Crm2SyncItem', 'crm-2_sync_items'],
  ])('are made from the prefix %s', (prefix, model, collection, itemModel, itemCollection) => {
    const { Integration, IntegrationSyncItem } = compile(prefix).models;
    expect([Integration.modelName, Integration.collection.name]).toEqual([model, collection]);
    expect([IntegrationSyncItem.modelName, IntegrationSyncItem.collection.name]).toEqual([itemModel, itemCollection]);
    expect(connection.modelNames()).toEqual(expect.arrayContaining([model, itemModel]));
  });

  it('that the application has taken raise MODEL_NAME_TAKEN, which names the model and the option', () => {
    connection.model('IntegrationLog', new Schema({ text: String }));
    expect(() => compile('integration')).toThrow(
      expect.objectContaining({
        code: 'MODEL_NAME_TAKEN',
        message: expect.stringContaining('"IntegrationLog"'),
        details: { model: 'IntegrationLog', option: 'prefix' },
      }),
    );
    // What had been compiled until then is taken back, and the application's own model stays.
    expect(connection.modelNames()).toEqual(['IntegrationLog']);
    connection.deleteModel('IntegrationLog');
  });

  it('that another instance has taken raise MODEL_NAME_TAKEN, and the models of that instance stay', () => {
    const { models } = compile('integration');
    expect(() => compile('integration')).toThrow(expect.objectContaining({ code: 'MODEL_NAME_TAKEN' }));
    expect(connection.model('Integration')).toBe(models.Integration);
  });

  it('are free again after remove()', () => {
    const before = connection.modelNames();
    compile('integration').remove();
    compiledHere.pop();
    expect(connection.modelNames()).toEqual(before);
    compile('integration');
  });
});

describe('side by side', () => {
  it('two prefixes on one connection share nothing', async () => {
    const [one, two] = [compile('one').models, compile('two').models];
    const integration = await one.Integration.create(fields);
    const log = await one.IntegrationLog.create({
      integrationId: integration._id,
      operation: 'sync',
      direction: 'outbound',
      status: 'success',
    });
    expect(await two.Integration.countDocuments()).toBe(0);
    expect(await two.IntegrationLog.countDocuments()).toBe(0);
    await log.populate('integration');
    expect(log.get('integration')).toBeInstanceOf(one.Integration);
  });

  it('one prefix on two connections shares nothing', async () => {
    const other = await mongoose.createConnection(database.uri, { dbName: `${database.name}_b` }).asPromise();
    const [one, two] = [compile('integration'), compile('integration', other)].map(({ models }) => models);
    await one!.Integration.create(fields);
    expect(await two!.Integration.countDocuments()).toBe(0);
    await other.dropDatabase();
    await other.close();
  });
});

describe("the application's global plugins", () => {
  it('do not change the models', async () => {
    const host = new Mongoose();
    host.plugin((schema: Schema) => {
      schema.add({ tenantId: { type: String, required: true } });
      schema.set('strict', 'throw');
      schema.pre('save', () => {
        throw new Error('a hook of the application');
      });
    });
    const connectionOfHost = await host.createConnection(database.uri).asPromise();
    const { Integration } = compile('plugged', connectionOfHost).models;
    // The plugins are at work where they belong.
    const Own = connectionOfHost.model('Own', new Schema({ text: String }));
    await expect(new Own({ tenantId: 'x' }).save()).rejects.toThrow('a hook of the application');

    expect(Integration.schema.path('tenantId')).toBeUndefined();
    await Integration.create(fields);
    expect(await Integration.findOne().lean()).not.toHaveProperty('tenantId');
    await connectionOfHost.close();
  });

  it('do not change the models where they were declared on the mongoose that the package uses', async () => {
    const script = `
      import mongoose from 'mongoose';
      mongoose.plugin((schema) => schema.add({ tenantId: { type: String, required: true } }));
      const { compileModels } = await import('./schemas/models.js');
      const { models } = compileModels(mongoose.createConnection(), 'integration', {});
      const own = mongoose.model('Own', new mongoose.Schema({ text: String }));
      console.log(JSON.stringify([own, ...Object.values(models)].map(({ schema }) => 'tenantId' in schema.paths)));
    `;
    const { stdout } = await run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
    expect(JSON.parse(stdout)).toEqual([true, ...Array<boolean>(14).fill(false)]);
  });
});

describe('install', () => {
  it('makes the collections and all declared indexes, and may be repeated', async () => {
    const { models, install } = compile('installed');
    await install();
    await install();
    for (const model of Object.values<(typeof models)[keyof typeof models]>({ ...models })) {
      const made = (await model.collection.indexes()).filter(
        ({ key }) => !('_id' in key && Object.keys(key).length === 1),
      );
      const declared = model.schema.indexes().map(([keys]) => keys);
      expect(made.map(({ key }) => key)).toEqual(expect.arrayContaining(declared));
      expect(made).toHaveLength(declared.length);
    }
  });

  it('is not needed for a query, and no query does it: models neither create collections nor indexes by themselves', async () => {
    const { Integration } = compile('untouched').models;
    await Integration.init();
    expect(await Integration.findOne()).toBeNull();
    expect(await connection.listCollections()).not.toContainEqual(expect.objectContaining({ name: 'untoucheds' }));
  });
});

describe('installUnique', () => {
  it('makes the unique indexes and no others', async () => {
    const { models, installUnique } = compile('unique');
    await installUnique();
    const made = await Promise.all(
      Object.values<(typeof models)[keyof typeof models]>({ ...models }).map(({ collection }) =>
        collection.indexes().catch(() => []),
      ),
    );
    const keys = made.flat().filter(({ name }) => name !== '_id_');
    expect(keys.every(({ unique }) => unique === true)).toBe(true);
    expect(keys.map(({ key }) => Object.keys(key).join())).toEqual([
      'installedAs',
      'integrationId,externalId,internalType',
      'provider,integrationId,deliveryId',
      'bodyKey',
      'syncLogId,eventClass,externalId',
      'integrationId',
      'integrationId,eventClass,externalId',
      'integrationId,key',
      'integrationId',
    ]);
  });

  it('leaves nothing to do that install() would do differently', async () => {
    const { install, installUnique } = compile('both');
    await installUnique();
    await install();
    await installUnique();
  });
});

/** What every webhook has. */
const receivedWebhook = { provider: 'acme', method: 'POST', url: '/', payload: 'x', availableAt: new Date() };

describe('unique indexes', () => {
  it('refuse what the contract says may be there once', async () => {
    const { models, install } = compile('once');
    await install();
    const { IntegrationMapping, IntegrationSyncItem, IntegrationWebhook, IntegrationIdempotencyKey } = models;
    const integrationId = new mongoose.Types.ObjectId();
    const duplicate = expect.objectContaining({ code: 11_000 });

    const mapping = { integrationId, externalId: '7', internalType: 'Order', internalId: 1 };
    await IntegrationMapping.create(mapping);
    await expect(IntegrationMapping.create({ ...mapping, internalId: 2 })).rejects.toEqual(duplicate);

    const key = () => IntegrationIdempotencyKey.collection.insertOne({ integrationId, key: 'k' });
    await key();
    await expect(key()).rejects.toEqual(duplicate);

    const item = { syncLogId: integrationId, integrationId, eventClass: 'acme.order', externalId: '7' };
    await IntegrationSyncItem.create(item);
    await expect(IntegrationSyncItem.create(item)).rejects.toEqual(duplicate);
    await IntegrationSyncItem.create({ ...item, eventClass: 'acme.customer' });

    const webhook = { ...receivedWebhook, integrationId, deliveryId: 'd' };
    await IntegrationWebhook.create(webhook);
    await expect(IntegrationWebhook.create(webhook)).rejects.toEqual(duplicate);
    await IntegrationWebhook.create({ ...webhook, deliveryId: null, bodyKey: 'b' });
    const sameBody = { ...webhook, deliveryId: 'another', bodyKey: 'b' };
    await expect(IntegrationWebhook.create(sameBody)).rejects.toEqual(duplicate);
  });

  it('take any number of items and deliveries without an id', async () => {
    const { models, install } = compile('many');
    await install();
    const integrationId = new mongoose.Types.ObjectId();
    const item = { syncLogId: integrationId, integrationId, eventClass: 'acme.order' };
    await models.IntegrationSyncItem.create([item, item, { ...item, externalId: null }]);
    const webhook = { ...receivedWebhook, integrationId };
    await models.IntegrationWebhook.create([webhook, webhook, { ...webhook, deliveryId: null }]);
    expect(await models.IntegrationSyncItem.countDocuments()).toBe(3);
    expect(await models.IntegrationWebhook.countDocuments()).toBe(3);
  });
});
