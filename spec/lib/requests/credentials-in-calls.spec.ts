import { describe, expect, it } from 'vitest';
import { createIntegrations } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localProvider } from '../../support/local-provider.js';

const database = useDatabase();
const upstream = useHttpServer();
const token = 'a-token-of-no-known-look';
const keys = (fill: number, id: string) => [{ id, secret: Buffer.alloc(32, fill).toString('base64') }];

function open(encryptionKeys: ReturnType<typeof keys>) {
  return createIntegrations({
    connection: database.connection,
    encryptionKeys,
    http: { allowedPrivateHosts: ['127.0.0.1'] },
    logger: false,
    providers: { local: localProvider(upstream) },
  });
}

/** An integration that was made with key "a", as another process sees it. */
async function reopenedWith(encryptionKeys: ReturnType<typeof keys>) {
  const writer = open(keys(1, 'a'));
  const { _id } = await writer.create({ provider: 'local', name: 'Local', credentials: { token } });
  await writer.close();
  const reader = open(encryptionKeys);
  return { reader, integration: await reader.findOrFail(_id) };
}

describe('a call whose credentials cannot be opened', () => {
  it.each([
    ['the key ring lacks their key', keys(1, 'b'), 'ENCRYPTION_KEY_MISSING'],
    ['the key is another one of the same name', keys(2, 'a'), 'CREDENTIALS_UNDECRYPTABLE'],
  ])('fails with a coded error before anything is sent when %s, and is logged', async (_case, ring, code) => {
    const { reader, integration } = await reopenedWith(ring);
    const { credentials } = integration;
    await expect(integration.at('/secret').get()).rejects.toMatchObject({ code });
    expect(upstream.received).toEqual([]);
    const logged = await integration.requests().lean();
    expect(logged).toMatchObject([{ error: { code }, attempts: [{ failureClass: 'local' }] }]);
    await expect(reader.findOrFail(integration._id)).resolves.toMatchObject({ credentials });
    await reader.close();
  });
});

describe('a call by callback', () => {
  it('logs no credentials of the integration, wherever its SDK repeats them', async () => {
    const { reader, integration } = await reopenedWith(keys(1, 'a'));
    const repeat = async (): Promise<never> => {
      const { token } = await integration.credentialsArray();
      throw new Error(`The key ${String(token)} is not valid.`);
    };
    await expect(integration.at('orders.list').get(repeat)).rejects.toThrow('The key a-token-of-no-known-look');
    await integration.at('orders.find').get(async () => ({ you: Object.values(await integration.credentialsArray()) }));
    const logged = await integration.requests().sort({ _id: 1 }).lean();
    expect(logged).toMatchObject([
      { error: { message: 'The key [REDACTED] is not valid.' } },
      { responseData: '{"you":["[REDACTED]"]}' },
    ]);
    await reader.close();
  });

  it('works where credentials cannot be opened that it has no use for', async () => {
    const { reader, integration } = await reopenedWith(keys(1, 'b'));
    await expect(integration.at('status').get(() => 'up')).resolves.toBe('up');
    await reader.close();
  });
});

describe('an integration of a provider that is not registered', () => {
  it('can be read, and its calls fail with a coded error', async () => {
    const writer = open(keys(1, 'a'));
    const { _id } = await writer.create({ provider: 'local', name: 'Orphan', credentials: { token: 'a-token' } });
    await writer.close();
    const reader = createIntegrations({ connection: database.connection, encryptionKeys: keys(1, 'a'), logger: false });
    const orphan = await reader.findOrFail(_id);
    await expect(orphan.getCredentials()).resolves.toEqual({ token: 'a-token' });
    await expect(orphan.at('/x').get()).rejects.toMatchObject({ code: 'PROVIDER_UNKNOWN' });
    await reader.close();
  });
});
