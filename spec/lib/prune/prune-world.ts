import { Types } from 'mongoose';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createIntegrations, type IntegrationModels, type IntegrationsOptions } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { memoryLogger } from '../../support/memory-logger.js';

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** So long ago; a minute more, and a minute less, are on either side of the limit whatever a spec takes. */
export const daysAgo = (days: number, minutes = 0) => new Date(Date.now() - days * dayMs - minutes * minuteMs);
export const olderThan = (days: number) => daysAgo(days, 1);
export const youngerThan = (days: number) => daysAgo(days, -1);

/** An instance without jobs, and documents as they are stored. Empty before each test. */
export function usePruneWorld(options: Partial<IntegrationsOptions> = {}) {
  const database = useDatabase();
  const logger = memoryLogger();
  const integrationId = new Types.ObjectId();
  const opened: { close(): Promise<void> }[] = [];

  function open(others: Partial<IntegrationsOptions> = {}) {
    const integrations = createIntegrations({
      connection: database.connection,
      encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 5).toString('base64') }],
      logger,
      jobs: { enabled: false },
      ...options,
      ...others,
    });
    opened.push(integrations);
    return integrations;
  }

  const integrations = open();
  const { models } = integrations;
  const names = Object.keys(models) as (keyof IntegrationModels)[];
  beforeAll(() => integrations.install(), 60_000);
  beforeEach(async () => {
    logger.lines.length = 0;
    for (const name of names) await models[name].collection.deleteMany({});
  });
  afterAll(async () => {
    for (const each of opened) await each.close();
  });

  /** Past Mongoose, which casts and stamps. */
  async function store(name: keyof IntegrationModels, ...documents: object[]): Promise<Types.ObjectId[]> {
    const stored = documents.map((fields) => ({ _id: new Types.ObjectId(), integrationId, ...fields }));
    await models[name].collection.insertMany(stored, { ordered: false });
    return stored.map(({ _id }) => _id);
  }

  /** The ids that are left. */
  async function left(name: keyof IntegrationModels): Promise<string[]> {
    const rows = await models[name].collection.find({}, { projection: { _id: 1 }, sort: { _id: 1 } }).toArray();
    return rows.map(({ _id }) => String(_id));
  }

  /** All that is stored. */
  const all = () => Promise.all(names.map((name) => models[name].collection.find({}).toArray()));

  return { database, logger, integrationId, integrations, models, open, store, left, all };
}

export const hexOf = (ids: readonly Types.ObjectId[]) => ids.map((id) => id.toHexString());

/** So many requests of that age. */
export const requests = (count: number, createdAt: Date, fields: object = {}) =>
  Array.from({ length: count }, () => ({ createdAt, endpoint: '/things', method: 'GET', attempts: [], ...fields }));
