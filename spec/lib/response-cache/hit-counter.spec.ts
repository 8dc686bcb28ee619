import { Types } from 'mongoose';
import { expect, it } from 'vitest';
import { createHitCounter } from '../../../lib/response-cache/hit-counter.js';
import type { IntegrationRequestModel } from '../../../schemas/integration-request.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useLocalInstance } from '../../support/local-instance.js';
import { memoryLogger } from '../../support/memory-logger.js';
import { requestsOf } from './cache-world.js';

const database = useDatabase();
const upstream = useHttpServer();
const local = useLocalInstance(database, upstream);

it('stop() writes what is counted', async () => {
  const call = () =>
    local.integration
      .at('stopped')
      .withCache(60)
      .get(() => 1);
  await call();
  await call();
  await local.integrations.stop();
  await expect(requestsOf(local.integrations.models, 'stopped')).resolves.toMatchObject([{ cacheHits: 1 }]);
  await local.integrations.start();
});

it('hits of a time share a write', async () => {
  const { collection } = local.integrations.models.IntegrationRequest;
  const ids = [new Types.ObjectId(), new Types.ObjectId()];
  await collection.insertMany(ids.map((_id) => ({ _id, cacheHits: 0, staleHits: 0 })));
  const writes: number[] = [];
  const observed = {
    bulkWrite: (...parameters: Parameters<typeof collection.bulkWrite>) => {
      writes.push(parameters[0].length);
      return collection.bulkWrite(...parameters);
    },
  };
  const counter = createHitCounter({ collection: observed } as unknown as IntegrationRequestModel, memoryLogger());
  for (let hit = 0; hit < 100; hit += 1) counter.count(ids[hit % 2]!, hit < 80 ? 'cacheHits' : 'staleHits');
  await counter.flush();
  expect(writes).toEqual([2]);
  await expect(collection.find({ _id: { $in: ids } }).toArray()).resolves.toMatchObject([
    { cacheHits: 40, staleHits: 10 },
    { cacheHits: 40, staleHits: 10 },
  ]);
});

it('a write that fails costs the count, and is said', async () => {
  const logger = memoryLogger();
  const failing = { collection: { bulkWrite: () => Promise.reject(new Error('down')) } };
  const counter = createHitCounter(failing as unknown as IntegrationRequestModel, logger);
  counter.count(new Types.ObjectId(), 'cacheHits');
  await expect(counter.flush()).resolves.toBeUndefined();
  expect(logger.lines).toMatchObject([{ level: 'warn', message: expect.stringContaining('could not be counted') }]);
});
