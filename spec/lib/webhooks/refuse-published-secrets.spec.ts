import { afterEach, expect, it } from 'vitest';
import { createIntegrations, type IntegrationProvider } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { webhookProvider } from '../../support/webhook-provider.js';

const database = useDatabase();
const published = 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==';
const open: { close(): Promise<void> }[] = [];

/** Its provider receives webhooks or does not yet. */
function instance(provider: IntegrationProvider) {
  const made = createIntegrations({
    connection: database.connection,
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 5).toString('base64') }],
    jobs: { enabled: false },
    providers: { zendesk: provider },
  });
  open.push(made);
  return made;
}

const plain = { name: 'Zendesk', credentialSchema: { type: 'object' }, metadataSchema: { type: 'object' } } as const;
const receiving = () => instance(webhookProvider(() => undefined));
const input = { provider: 'zendesk', name: 'Zendesk', credentials: { hook: { secret: published } } } as const;

/** Entered before its provider received webhooks. */
async function entered(): Promise<string> {
  const before = instance(plain);
  await before.install();
  const { id } = await before.create(input);
  await before.close();
  return id;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((made) => made.close()));
  await database.connection.collection('integrations').deleteMany({});
});

it('refuses to start where anybody can sign the webhooks of an integration, and names it', async () => {
  const id = await entered();
  await expect(receiving().start()).rejects.toMatchObject({
    code: 'WEBHOOK_SECRET_PUBLISHED',
    details: { integrations: [id], count: 1 },
  });
});

it('does not put the secret into the error', async () => {
  await entered();
  const error: unknown = await receiving()
    .start()
    .catch((reason: unknown) => reason);
  expect(JSON.stringify(error) + String(error)).not.toContain(published);
});

it('starts once the integration is disabled', async () => {
  const id = await entered();
  const integrations = receiving();
  await integrations.disable(id);
  await expect(integrations.start()).resolves.toBeUndefined();
});

it('starts where the provider receives no webhooks', async () => {
  await entered();
  await expect(instance(plain).start()).resolves.toBeUndefined();
});

it('starts where credentials do not open: they sign nothing', async () => {
  await entered();
  const integrations = receiving();
  const { collection } = integrations.models.Integration;
  await collection.updateMany({}, [{ $set: { credentials: { $concat: ['$credentials', 'x'] } } }]);
  await expect(integrations.start()).resolves.toBeUndefined();
});

it('refuses such a secret when it is entered', async () => {
  const integrations = receiving();
  await integrations.start();
  await expect(integrations.create(input)).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
});
