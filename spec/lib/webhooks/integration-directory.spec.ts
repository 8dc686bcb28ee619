import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebhookRequest } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { openReceiver, signed, signingProvider, type OpenReceiver } from '../../support/webhook-receiver.js';

type Description = Parameters<Parameters<typeof find>[1]['find']>[0];

/** Finds those that the body describes. */
async function find(request: WebhookRequest, directory: Directory) {
  const found = await directory.find(request.json() as Description);
  return found.map(({ _id }) => _id);
}
type Directory = Parameters<NonNullable<ReturnType<typeof signingProvider>['resolveIntegration']>>[1];

const database = useDatabase();
const server = useHttpServer();
let receiver: OpenReceiver;

beforeAll(() => {
  const provider = signingProvider({ resolveIntegration: find });
  receiver = openReceiver({
    connection: database.connection,
    settings: { maxCandidates: 3 },
    providers: { tenants: provider, others: provider },
  });
  return receiver.integrations.install();
});
afterAll(() => receiver.integrations.close());

async function connect(metadata: object, { provider = 'tenants', secret = `secret ${randomUUID()}` } = {}) {
  const { integration } = await receiver.connect(provider, secret);
  return receiver.integrations.update(integration, { metadata: { ...metadata } });
}

/** Whom a request is stored for, or the code of its refusal. */
async function deliver(description: Description | string, secret: string) {
  server.answer(receiver.app());
  const id = randomUUID();
  const body = typeof description === 'string' ? description : JSON.stringify(description);
  const response = await fetch(
    `${server.origin}/integrations/tenants/webhook`,
    signed(secret, body, { 'x-github-delivery': id }),
  );
  const { code } = (await response.json()) as { readonly code?: string };
  const stored = await receiver.models.IntegrationWebhook.findOne({ deliveryId: id }).lean();
  return code ?? stored?.integrationId?.toHexString();
}

describe('a provider that looks up integrations by their metadata', () => {
  it('finds the active ones of its own that have all of the values, or one of each list', async () => {
    const account = randomUUID();
    const secret = 'the same';
    const wanted = await connect({ account, region: 'eu' }, { secret });
    await connect({ account, region: 'us' }, { secret });
    await connect({ account: randomUUID(), region: 'eu' }, { secret });
    await connect({ account, region: 'eu' }, { secret, provider: 'others' });
    await receiver.integrations.disable(await connect({ account, region: 'eu' }, { secret }));
    expect(await deliver({ account, region: 'eu' }, secret)).toBe(wanted.id);
    expect(await deliver({ account: ['x', account], region: ['eu', null] }, secret)).toBe(wanted.id);
  });

  it('finds those without a value by null', async () => {
    const account = randomUUID();
    await connect({ account, region: 'eu' }, { secret: 'the same' });
    const wanted = await connect({ account }, { secret: 'the same' });
    expect(await deliver({ account, region: null }, 'the same')).toBe(wanted.id);
  });

  it('may find several, of which the secret tells one', async () => {
    const account = randomUUID();
    await connect({ account }, { secret: 'first' });
    const wanted = await connect({ account }, { secret: 'second' });
    expect(await deliver({ account }, 'second')).toBe(wanted.id);
    expect(await deliver({ account }, 'third')).toBe('WEBHOOK_SIGNATURE_INVALID');
    await connect({ account }, { secret: 'second' });
    // What was found is remembered for a second: under another description it is looked for anew.
    expect(await deliver({ account: [account] }, 'second')).toBe('WEBHOOK_AMBIGUOUS');
  });

  it('may not find more than may be tried', async () => {
    const account = randomUUID();
    for (const secret of ['a', 'b', 'c', 'd']) await connect({ account }, { secret });
    expect(await deliver({ account }, 'a')).toBe('WEBHOOK_AMBIGUOUS');
  });

  it('takes values for values, whatever a stranger has sent', async () => {
    await connect({ account: randomUUID() }, { secret: 'known' });
    const operators = [{ account: { $exists: true } }, { account: [{ $ne: 1 }] }, { account: { $regex: '' } }];
    for (const operator of operators) {
      // Nobody is found, and there are too many to try.
      expect(await deliver(JSON.stringify(operator), 'known')).toBe('WEBHOOK_AMBIGUOUS');
    }
  });
});
