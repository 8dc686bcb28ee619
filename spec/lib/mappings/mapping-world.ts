/**
 * An instance with an integration, and models of an application.
 *
 *     const database = useDatabase();
 *     const world = useMappingWorld(database);
 *     await world.integration.upsertByExternalId('7', world.Order, { number: 'A-7' });
 *
 * @module
 */
import { Schema, type Connection } from 'mongoose';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createIntegrations, type IntegrationDocument, type Integrations } from '../../../lib/index.js';
import type { Database } from '../../support/database.js';

/** An instance whose provider needs no server. */
export function openInstance(connection: Connection) {
  return createIntegrations({
    connection,
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 9).toString('base64') }],
    logger: false,
    providers: {
      shop: { name: 'Shop', credentialSchema: { type: 'object' }, metadataSchema: { type: 'object' } },
    },
  });
}

/** A model with validation, defaults, a derived field, a unique field, arrays and time stamps. */
function orderModel(connection: Connection) {
  const schema = new Schema(
    {
      number: { type: String, required: true },
      state: { type: String, default: 'open', enum: ['open', 'paid'] },
      net: { type: Number, default: 0 },
      tax: { type: Number, default: 0 },
      total: Number,
      email: { type: String, index: { unique: true, sparse: true } },
      lines: [{ sku: String }],
    },
    { timestamps: true },
  );
  schema.pre('save', function () {
    this.total = this.net + this.tax;
  });
  return connection.model('Order', schema);
}

/** An instance and an integration before the tests; before each, no order and no mapping. */
export function useMappingWorld(database: Database) {
  const Order = orderModel(database.connection);
  let opened: { readonly integrations: Integrations; readonly integration: IntegrationDocument } | undefined;
  beforeAll(async () => {
    const integrations = openInstance(database.connection);
    await integrations.start();
    await Order.init();
    const integration = await integrations.create({ provider: 'shop', name: 'Shop', credentials: {} });
    opened = { integrations, integration };
  });
  beforeEach(async () => {
    await Order.deleteMany();
    await get().integrations.models.IntegrationMapping.deleteMany();
  });
  afterAll(() => opened?.integrations.close());
  const get = () => {
    if (opened === undefined) throw new Error('The world is not there yet: use it in a hook or a test.');
    return opened;
  };
  return {
    Order,
    get integrations() {
      return get().integrations;
    },
    get integration() {
      return get().integration;
    },
  };
}
