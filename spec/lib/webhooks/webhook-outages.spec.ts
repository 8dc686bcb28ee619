import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../support/database.js';
import { useDatabase } from '../../support/database.js';
import { startMongoProxy, type MongoProxy } from '../../support/mongo-proxy.js';
import { useWebhookInstance } from '../../support/webhook-instance.js';
import { waitFor } from '../../support/wait-for.js';

const direct = useDatabase();

/** The same database, behind a proxy, on a connection whose commands can be counted. */
function useProxiedDatabase(): Database & { readonly proxy: () => MongoProxy } {
  const connection = mongoose.createConnection();
  let proxy: MongoProxy | undefined;
  const get = (): MongoProxy => {
    if (proxy === undefined) throw new Error('There is a proxy in hooks and tests only.');
    return proxy;
  };
  beforeAll(async () => {
    proxy = await startMongoProxy(direct.uri);
    const patience = { serverSelectionTimeoutMS: 1_000, heartbeatFrequencyMS: 500, directConnection: true };
    await connection.openUri(proxy.uri, { ...patience, monitorCommands: true });
  });
  afterAll(async () => {
    await connection.close();
    await proxy?.stop();
  });
  return {
    ...{ connection, name: direct.name, proxy: get },
    get uri() {
      return direct.uri;
    },
  };
}

const database = useProxiedDatabase();
const world = useWebhookInstance(database, { webhooks: { leaseSeconds: 30 } });
afterAll(() => world.integrations.stop({ graceMs: 500 }));

describe('while the database is away', () => {
  it('what was handled is acknowledged as soon as it is back, and not handled again', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    world.handle = () => gate;
    for (const body of ['a', 'b']) await world.send(body, { key: body });
    await waitFor(() => expect(world.handled.toSorted()).toEqual(['a', 'b']));
    database.proxy().cut();
    open();
    await expect(world.send('c')).rejects.toMatchObject({ code: 'WEBHOOK_NOT_STORED' });
    database.proxy().restore();
    await waitFor(async () => expect((await world.settled()).length).toBeGreaterThanOrEqual(2), { timeout: 20_000 });
    expect((await world.stored()).slice(0, 2)).toMatchObject([
      { status: 'processed', attempts: 1 },
      { status: 'processed', attempts: 1 },
    ]);
    expect(world.handled.filter((body) => body !== 'c').toSorted()).toEqual(['a', 'b']);
  }, 40_000);
});

describe('a webhook that is stored, though its sender was told to try again', () => {
  const late = useWebhookInstance(database, {
    prefix: 'late',
    webhooks: { leaseSeconds: 1, storeWithinMs: 400 },
  });

  it('is a duplicate when it comes again, and handled once', async () => {
    database.proxy().loseReplies({ to: 'insert', count: 50 });
    await expect(late.send('late', { id: 'late-1' })).rejects.toMatchObject({ code: 'WEBHOOK_NOT_STORED' });
    database.proxy().loseReplies({ to: 'insert', count: 0 });
    expect(await late.stored()).toHaveLength(1);
    await waitFor(() => late.send('late', { id: 'late-1' }));
    expect(await late.settled()).toMatchObject([{ status: 'processed', attempts: 1 }]);
    expect(late.handled).toEqual(['late']);
  }, 30_000);
});

describe('many webhooks at once', () => {
  it('are handled and acknowledged with few commands, and none of them is read', async () => {
    const sent: string[] = [];
    const count = ({ commandName, command }: { commandName: string; command: Record<string, unknown> }): void => {
      const collection = command[commandName];
      if (collection === 'integration_webhooks' || collection === 'integration_logs') {
        sent.push(`${commandName} ${collection}`);
      }
    };
    await world.send('first');
    await world.settled();
    const client = database.connection.getClient();
    client.on('commandStarted', count);
    await Promise.all(Array.from({ length: 200 }, (_, index) => world.send(String(index))));
    await waitFor(() =>
      expect(world.emitted.filter((event) => event.startsWith('webhookProcessed'))).toHaveLength(201),
    );
    client.off('commandStarted', count);
    const works = sent.filter((name) => name !== 'insert integration_webhooks');
    expect(new Set(works)).toEqual(new Set(['update integration_webhooks', 'insert integration_logs']));
    expect(works.length).toBeLessThanOrEqual(20);
  });
});
