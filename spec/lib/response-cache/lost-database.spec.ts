import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { expect, it, onTestFinished } from 'vitest';
import { createIntegrations } from '../../../lib/index.js';
import { describeWithOwnMongod, useCrashableMongod } from '../../support/crashable-mongod.js';
import { useHttpServer } from '../../support/http-server.js';
import { localProvider } from '../../support/local-provider.js';
import { memoryLogger } from '../../support/memory-logger.js';
import { counted } from './cache-world.js';

describeWithOwnMongod('a database that is away', () => {
  const mongod = useCrashableMongod();
  const upstream = useHttpServer();

  async function open() {
    const connection = await mongoose.createConnection(mongod.uri, { dbName: 'cache' }).asPromise();
    const logger = memoryLogger();
    const integrations = createIntegrations({
      connection,
      encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 5).toString('base64') }],
      requestLog: { waitMs: 50 },
      logger,
      providers: { local: localProvider(upstream) },
    });
    await integrations.start();
    const credentials = { token: 'a-token' };
    const integration = await integrations.create({ provider: 'local', name: 'Local', credentials });
    onTestFinished(async () => {
      await integrations.close();
      await connection.close();
    });
    return { integration, logger };
  }

  it('costs the cache, not the call: it is made at once, shared by who asks meanwhile, and said once', async () => {
    const { integration, logger } = await open();
    let holdMs = 0;
    const callback = counted(async (run) => {
      await sleep(holdMs);
      return run;
    });
    const call = () => integration.at('away').withCache(60).get(callback);
    await expect(call()).resolves.toBe(1);

    await mongod.crash();
    // On a busy machine they do not come here at the same moment.
    holdMs = 2_000;
    const began = performance.now();
    await expect(Promise.all([call(), call(), call()])).resolves.toEqual([2, 2, 2]);
    // A second for the database, and the same for the other things that ask it.
    expect(performance.now() - began).toBeLessThan(8_000);
    holdMs = 0;
    await call();
    const warned = logger.lines.filter(({ message }) => message.startsWith('The response cache cannot reach'));
    expect(warned).toHaveLength(1);

    await mongod.start();
    await expect.poll(async () => (await call()) === (await call()), { timeout: 20_000 }).toBe(true);
  }, 60_000);
});
