import mongoose from 'mongoose';
import { describe, expect, it } from 'vitest';
import { createIntegrations, RateLimit } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localProvider } from '../../support/local-provider.js';

const database = useDatabase();
const upstream = useHttpServer();

/** Database commands for each call, log, circuit and health included, with so many callers side by side. */
async function commandsPerCall(callers: number, calls: number): Promise<number> {
  const connection = await mongoose.createConnection(database.uri, { monitorCommands: true }).asPromise();
  const integrations = createIntegrations({
    connection,
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 6).toString('base64') }],
    http: { allowedPrivateHosts: ['127.0.0.1'] },
    logger: false,
    providers: { local: { ...localProvider(upstream), defaultRateLimit: () => RateLimit.perMinute(1_000_000) } },
    // Jobs look for work all the time.
    jobs: { enabled: false },
  });
  await integrations.start();
  const name = `${callers} callers`;
  const integration = await integrations.create({ provider: 'local', name, credentials: { token: 'a-token' } });
  let commands = 0;
  connection.getClient().on('commandStarted', () => (commands += 1));
  let left = calls;
  const callOnAndOn = async (): Promise<void> => {
    while ((left -= 1) >= 0) await integration.at('/a').get();
  };
  await Promise.all(Array.from({ length: callers }, callOnAndOn));
  await integrations.stop();
  const counted = commands;
  await integrations.close();
  await connection.close();
  return counted / calls;
}

describe('a call with a rate limit', () => {
  it('alone needs hardly more than the command that logs it', async () => {
    await expect(commandsPerCall(1, 600)).resolves.toBeLessThanOrEqual(1.2);
  });

  it('among 64 needs a small part of a command', async () => {
    await expect(commandsPerCall(64, 3_200)).resolves.toBeLessThan(0.15);
  });
});
