import { lines, type Blueprint } from './blueprint.js';
import { credentialNames } from './provider-text.js';

/** The spec of a new provider: it passes as it is. */
export function specText(blueprint: Blueprint): string {
  const { can, variable, language } = blueprint;
  const syncs = can.has('sync') || can.has('incremental');
  return [
    head(blueprint),
    world(blueprint),
    callTest(blueprint),
    can.has('health') && healthTest(blueprint),
    can.has('webhooks') && webhookTest(blueprint),
    can.has('oauth') && oauthTest(blueprint),
    syncs && syncTest(blueprint),
    can.has('retry') && retryTest(blueprint),
    can.has('redact') && redactionTest(variable),
    can.has('idempotency') && idempotencyTest(blueprint),
  ]
    .filter((part) => part !== false)
    .join('\n')
    .replaceAll('$FILE', `./${blueprint.key}.${language === 'ts' ? 'js' : 'mjs'}`);
}

function head({ can, variable, runner }: Blueprint): string {
  const syncs = can.has('sync') || can.has('incremental');
  const tools = [
    'assertRequested',
    'createIntegration',
    'fake',
    ...(syncs ? ['FakeSyncSession'] : []),
    ...(can.has('retry') ? ['respond', 'sequence'] : []),
    ...(can.has('webhooks') ? ['signWebhook'] : []),
    'stopFaking',
  ];
  return lines(
    `import assert from 'node:assert/strict';`,
    `import { randomBytes } from 'node:crypto';`,
    runner === 'node' && `import { after, before, it } from 'node:test';`,
    `import { createIntegrations } from 'express-integrations';`,
    `import { ${tools.join(', ')} } from 'express-integrations/testing';`,
    `import mongoose from 'mongoose';`,
    runner === 'vitest' && `import { afterAll as after, beforeAll as before, it } from 'vitest';`,
    `import { ${variable} } from '$FILE';`,
  );
}

function world({ key, variable }: Blueprint): string {
  return `const connection = mongoose.createConnection();
const integrations = createIntegrations({
  connection,
  providers: { ${entryOf(key, variable)} },
  encryptionKeys: [{ id: 'spec', secret: randomBytes(32).toString('base64') }],
});

// A database of its own, on the server that MONGODB_URI names.
before(async () => {
  const dbName = \`spec_${key}_\${randomBytes(6).toString('hex')}\`;
  await connection.openUri(process.env.MONGODB_URI ?? 'mongodb://127.0.0.1:27017', { dbName });
  await integrations.install();
});

after(async () => {
  stopFaking({ integrations });
  await integrations.close();
  await connection.dropDatabase();
  await connection.close();
});
`;
}

/** As a member of `providers`. */
export function entryOf(key: string, variable: string): string {
  if (key === variable) return variable;
  return `${key.includes('-') ? `'${key}'` : key}: ${variable}`;
}

function tested({ key, can }: Blueprint): string {
  return `await createIntegration('${key}', { integrations${can.has('oauth') ? ', tokens: {}' : ''} })`;
}

function callTest(blueprint: Blueprint): string {
  return `it('calls the API', async () => {
  const integration = ${tested(blueprint)};
  fake({ 'GET:/me': { id: 'me' } }, { integrations });

  assert.deepEqual(await integration.at('/me').get(), { id: 'me' });
  assertRequested('GET:/me', { integrations, times: 1 });
});
`;
}

function healthTest(blueprint: Blueprint): string {
  return `it('tells whether the connection works', async () => {
  const integration = ${tested(blueprint)};
  fake({ 'GET:/me': { id: 'me' } }, { integrations });

  assert.equal((await integrations.healthCheck(integration)).healthy, true);
});
`;
}

function created(blueprint: Blueprint, given: Readonly<Record<string, string>> = {}): string {
  const credentials = credentialNames(blueprint).map((name) => {
    const value = given[name] ?? `'test'`;
    return value === name ? name : `${name}: ${value}`;
  });
  return `await integrations.create({
    provider: '${blueprint.key}',
    name: 'Test',
    credentials: { ${credentials.join(', ')} },
  })`;
}

function webhookTest(blueprint: Blueprint): string {
  const { variable } = blueprint;
  return `it('knows which webhooks are signed', async () => {
  const webhookSecret = \`whsec_\${randomBytes(24).toString('base64')}\`;
  const integration = ${created(blueprint, { webhookSecret: 'webhookSecret' })};
  const signed = signWebhook('standard-webhooks', { body: { type: 'item.updated' }, secret: webhookSecret });
  const request = { ...signed, json: () => JSON.parse(String(signed.rawBody)) };
  const forged = { ...request, rawBody: Buffer.from('{}') };

  assert.equal(await ${variable}.verifyWebhookSignature(integration, request), true);
  assert.equal(await ${variable}.verifyWebhookSignature(integration, forged), false);
});
`;
}

function oauthTest(blueprint: Blueprint): string {
  return `it('sends users to the authorization server', async () => {
  const integration = ${created(blueprint)};
  const proof = { codeChallenge: 'challenge' };
  const url = new URL(await ${blueprint.variable}.authorizationUrl(integration, 'https://app.example/back', 'state', proof));

  assert.equal(url.origin, 'https://id.example');
  assert.equal(url.searchParams.get('state'), 'state');
});
`;
}

function syncTest(blueprint: Blueprint): string {
  const { variable } = blueprint;
  return `it('lists items', async () => {
  const integration = ${tested(blueprint)};
  const item = { id: '1', updatedAt: '2026-01-01T00:00:00Z' };
  fake({ 'GET:/items': { items: [item] } }, { integrations });
  const session = await new FakeSyncSession().list(${variable}, integration);

  assert.deepEqual(session.payloads, [item]);
  assert.equal(await session.nextCursor(${variable}), item.updatedAt);
});
`;
}

function retryTest(blueprint: Blueprint): string {
  return `it('tries again what is locked', async () => {
  const integration = ${tested(blueprint)};
  const locked = respond({ status: 423, headers: { 'Retry-After': '0' } });
  fake({ 'GET:/me': sequence(locked, { id: 'me' }) }, { integrations });

  assert.deepEqual(await integration.at('/me').withAttempts(2).get(), { id: 'me' });
});
`;
}

function redactionTest(variable: string): string {
  return `it('keeps addresses out of the log', () => {
  assert.deepEqual(${variable}.sensitiveRequestFields(), ['customer.email']);
  assert.deepEqual(${variable}.sensitiveResponseFields(), ['items.*.email']);
});
`;
}

function idempotencyTest(blueprint: Blueprint): string {
  return `it('writes once with a key', async () => {
  const integration = ${tested(blueprint)};
  fake({ 'POST:/items': { id: '1' } }, { integrations });
  const create = () =>
    integration.at('/items').withIdempotencyKey('order-1', { onRepeat: 'result' }).withData({ name: 'New' }).post();

  assert.deepEqual(await create(), { id: '1' });
  assert.deepEqual(await create(), { id: '1' });
  assertRequested('POST:/items', { integrations, times: 1 });
});
`;
}
