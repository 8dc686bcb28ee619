import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import mongoose from 'mongoose';
import { afterEach, describe, expect, it } from 'vitest';
import { createIntegrations, type Integrations, type IntegrationsOptions } from '../../lib/index.js';
import { defaultInstance } from '../../lib/instance/default-instance.js';
import { useDatabase } from '../support/database.js';
import { useHttpServer } from '../support/http-server.js';
import { localProvider } from '../support/local-provider.js';

const database = useDatabase();
const upstream = useHttpServer();
const encryptionKeys = [{ id: 'spec', secret: Buffer.alloc(32, 3).toString('base64') }];
const opened: { close(): Promise<void> }[] = [];

function open(options: Partial<IntegrationsOptions> = {}): Integrations {
  const integrations = createIntegrations({
    connection: database.connection,
    encryptionKeys,
    logger: false,
    http: { allowedPrivateHosts: ['127.0.0.1'] },
    providers: { local: localProvider(upstream) },
    ...options,
  });
  opened.push(integrations);
  return integrations;
}

function createLocal(integrations: Integrations) {
  return integrations.create({ provider: 'local', name: 'Local', credentials: { token: 'a-token' } });
}

afterEach(async () => {
  for (const integrations of opened.splice(0)) await integrations.close();
});

describe('createIntegrations', () => {
  it('refuses a second instance whose models would have the same names, and names the option', () => {
    open();
    expect(() => open()).toThrow(expect.objectContaining({ code: 'MODEL_NAME_TAKEN' }));
  });

  it('runs two instances with other prefixes side by side', async () => {
    const [one, other] = [open({ prefix: 'one' }), open({ prefix: 'other' })];
    await Promise.all([one.start(), other.start()]);
    const integration = await createLocal(one);
    await integration.at('/a').get();
    await expect(one.models.IntegrationRequest.countDocuments()).resolves.toBe(1);
    await expect(other.models.IntegrationRequest.countDocuments()).resolves.toBe(0);
  });

  it('is the default instance while it is the only open one', async () => {
    const first = open({ prefix: 'first' });
    expect(defaultInstance()).toBe(first);
    const second = open({ prefix: 'second' });
    expect(() => defaultInstance()).toThrow(expect.objectContaining({ code: 'INSTANCE_AMBIGUOUS' }));
    await second.close();
    expect(defaultInstance()).toBe(first);
  });

  it('names the path, what was expected and what came, of a wrong option', () => {
    const options = { requests: { timeoutMs: 'soon' as unknown as number } };
    expect(() => open(options)).toThrow(/requests\.timeoutMs: expected .*got "soon"/);
  });
});

describe('start()', () => {
  it('waits for a connection that is made later', async () => {
    const connection = mongoose.createConnection();
    const integrations = open({ connection });
    const started = integrations.start();
    await connection.openUri(database.uri);
    await started;
    const { name } = integrations.models.IntegrationRequest.collection;
    await expect(connection.collection(name).indexes()).resolves.not.toHaveLength(1);
    await integrations.close();
    await connection.close();
  });

  it('makes the unique indexes even without autoIndex, and no others', async () => {
    const integrations = open({ prefix: 'bare', autoIndex: false });
    await integrations.start();
    const indexes = await integrations.models.IntegrationMapping.collection.indexes();
    expect(indexes.filter(({ unique }) => unique)).toHaveLength(1);
    expect(indexes).toHaveLength(2);
  });

  it('can follow a stop()', async () => {
    const integrations = open({ prefix: 'again' });
    await integrations.start();
    const integration = await createLocal(integrations);
    await integrations.stop();
    await expect(integration.at('/a').get()).rejects.toMatchObject({ code: 'INSTANCE_STOPPED' });
    await integrations.start();
    await expect(integration.at('/a').get()).resolves.toBeNull();
  });
});

describe('stop()', () => {
  it('lets calls under way end, and refuses further ones', async () => {
    const integrations = open({ prefix: 'ending' });
    await integrations.start();
    const integration = await createLocal(integrations);
    let answer: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => {
      upstream.answer((_request, response) => {
        answer = () => response.end('done');
        resolve();
      });
    });
    const call = integration.at('/slow').get();
    await arrived;
    const stopped = integrations.stop();
    await expect(integration.at('/late').get()).rejects.toMatchObject({ code: 'INSTANCE_STOPPED' });
    answer();
    await Promise.all([call, stopped]);
    await expect(integrations.models.IntegrationRequest.countDocuments({ endpoint: '/slow' })).resolves.toBe(1);
  });

  it('aborts what takes longer than the grace, also while it waits for its next attempt', async () => {
    const integrations = open({ prefix: 'impatient', retry: { maxDelayMs: 60_000 } });
    await integrations.start();
    const integration = await createLocal(integrations);
    const waiting = new Promise<void>((resolve) => {
      upstream.answer((_request, response) => response.writeHead(503, { 'retry-after': '60' }).end(() => resolve()));
    });
    const call = integration.at('/waiting').get();
    const outcome = expect(call).rejects.toMatchObject({ code: 'INSTANCE_STOPPED' });
    await waiting;
    // Long enough to see the answer and begin to wait, even on a busy machine.
    await integrations.stop({ graceMs: 1_000 });
    await outcome;
  });

  it('leaves nothing that keeps a process alive, and the connection to the host', async () => {
    const script = fileURLToPath(new URL('../support/stopped-process.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--import',
      'tsx',
      script,
      database.uri,
      upstream.origin,
    ]);
    expect(JSON.parse(stdout)).toEqual({ connectionState: 'connected', calls: 1, left: [] });
  });
});

describe('close()', () => {
  it('takes the models off the connection, so that another instance can follow', async () => {
    const integrations = open();
    await integrations.close();
    expect(database.connection.modelNames()).not.toContain('Integration');
    expect(() => open()).not.toThrow();
  });
});

describe('health()', () => {
  it('is ok while the database answers', async () => {
    await expect(open().health()).resolves.toEqual({ status: 'ok', database: 'connected' });
  });

  it('is unavailable while there is no connection', async () => {
    const integrations = open({ connection: mongoose.createConnection() });
    await expect(integrations.health()).resolves.toEqual({ status: 'unavailable', database: 'unavailable' });
  });
});
