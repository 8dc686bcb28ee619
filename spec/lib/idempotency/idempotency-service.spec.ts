import { randomUUID } from 'node:crypto';
import { Types } from 'mongoose';
import { beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useLocalInstance } from '../../support/local-instance.js';
import { abandon, charge, stored } from './ledger-fixture.js';

const database = useDatabase();
const upstream = useHttpServer();
const local = useLocalInstance(database, upstream, { circuit: { enabled: false } });
const ledger = () => local.integrations.idempotency;

beforeEach(async () => {
  await local.integrations.models.IntegrationIdempotencyKey.collection.deleteMany({});
  upstream.answer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"ch_1"}');
  });
});

describe('inspect()', () => {
  it('gives a completed write with its result', async () => {
    const key = randomUUID();
    await charge(local, key).post();
    const { requestId } = (await stored(local, key))!;
    await expect(ledger().inspect(local.integration, key)).resolves.toMatchObject({
      idempotencyKey: key,
      state: 'completed',
      requestId,
      endpoint: '/charges',
      method: 'POST',
      createdAt: expect.any(Date),
      completedAt: expect.any(Date),
      unknownSince: null,
      statusCode: 200,
      result: { id: 'ch_1' },
    });
  });

  it('gives a write whose process has died as unknown', async () => {
    const key = randomUUID();
    await abandon(local, key);
    await expect(ledger().inspect(local.integration.id, key)).resolves.toMatchObject({
      state: 'unknown',
      unknownReason: 'lease_expired',
    });
  });

  it('gives null for a write that was never made', async () => {
    await expect(ledger().inspect(local.integration, 'never')).resolves.toBeNull();
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['an integration that is not there', () => ledger().inspect(new Types.ObjectId(), 'key'), 'INTEGRATION_NOT_FOUND'],
    ['what is no key', () => ledger().inspect(local.integration, ''), 'REQUEST_INVALID'],
  ])('refuses %s', async (_name, inspect, code) => {
    await expect(inspect()).rejects.toMatchObject({ code });
  });
});

describe('listUnknown()', () => {
  it('gives what nobody knows, the oldest first, in pages', async () => {
    for (const key of ['a', 'b', 'c']) await abandon(local, key);
    await charge(local, 'd').post();
    const first = await ledger().listUnknown(local.integration, { limit: 2 });
    const second = await ledger().listUnknown(local.integration, { limit: 2, after: first.at(-1)!.id });
    expect([first, second].map((page) => page.map(({ idempotencyKey }) => idempotencyKey))).toEqual([
      ['a', 'b'],
      ['c'],
    ]);
  });

  it('gives those of all integrations, or of one', async () => {
    await abandon(local, 'a');
    const other = await local.integrations.create({
      provider: 'local',
      name: `Other ${randomUUID()}`,
      credentials: { token: 'another' },
    });
    await expect(ledger().listUnknown()).resolves.toHaveLength(1);
    await expect(ledger().listUnknown(other)).resolves.toEqual([]);
  });

  it.each([{ limit: 0 }, { limit: 1_001 }, { limit: 1.5 }, { after: 'no id' }])('refuses %o', async (options) => {
    await expect(ledger().listUnknown(null, options)).rejects.toMatchObject({ code: 'OPTIONS_INVALID' });
  });
});

describe('settle()', () => {
  it('as executed has repetitions get the result that was given', async () => {
    const key = randomUUID();
    await abandon(local, key);
    await ledger().settle(local.integration, key, 'executed', { result: { id: 'ch_9' } });
    await expect(charge(local, key, { onRepeat: 'result' }).post()).resolves.toEqual({ id: 'ch_9' });
  });

  it('as executed without a result has repetitions get a conflict', async () => {
    const key = randomUUID();
    await abandon(local, key);
    await ledger().settle(local.integration, key, 'executed');
    const repeated = charge(local, key, { onRepeat: 'result' }).post();
    await expect(repeated).rejects.toMatchObject({ state: 'completed', result: undefined });
  });

  it('as not executed lets the next call make it', async () => {
    const key = randomUUID();
    await abandon(local, key);
    await ledger().settle(local.integration, key, 'notExecuted');
    await expect(charge(local, key).post()).resolves.toEqual({ id: 'ch_1' });
  });

  it.each<[string, string, (key: string) => Promise<unknown>]>([
    ['completed', 'completed', (key) => charge(local, key).post()],
    ['in progress', 'in_progress', (key) => abandon(local, key, { leaseUntil: new Date(Date.now() + 60_000) })],
    ['not there', 'absent', async () => undefined],
  ])('refuses a write that is %s', async (_name, state, prepare) => {
    const key = randomUUID();
    await prepare(key);
    const settled = ledger().settle(local.integration, key, 'notExecuted');
    await expect(settled).rejects.toMatchObject({ code: 'IDEMPOTENCY_NOT_UNKNOWN', details: { state } });
  });

  it('refuses a result that cannot be kept, and another outcome', async () => {
    const key = randomUUID();
    await abandon(local, key);
    const { integration } = local;
    const unkept = ledger().settle(integration, key, 'executed', { result: () => 1 });
    await expect(unkept).rejects.toMatchObject({ code: 'OPTIONS_INVALID' });
    const other = ledger().settle(integration, key, 'perhaps' as 'executed');
    await expect(other).rejects.toMatchObject({ code: 'OPTIONS_INVALID' });
    await expect(stored(local, key)).resolves.toMatchObject({ state: 'unknown' });
  });
});

describe('sweep()', () => {
  it('makes unknown what has lost its process, and nothing else', async () => {
    await abandon(local, 'dead');
    await abandon(local, 'alive', { leaseUntil: new Date(Date.now() + 60_000) });
    await charge(local, 'completed').post();
    await expect(ledger().sweep()).resolves.toBe(1);
    const states = await Promise.all(
      ['dead', 'alive', 'completed'].map(async (key) => (await stored(local, key))!.state),
    );
    expect(states).toEqual(['unknown', 'in_progress', 'completed']);
    await expect(ledger().sweep()).resolves.toBe(0);
  });
});

it('reconcile() needs a provider that can', async () => {
  await abandon(local, 'dead');
  await expect(ledger().reconcile(local.integration, 'dead')).rejects.toMatchObject({
    code: 'CAPABILITY_MISSING',
    details: { capability: 'ReconcilesWrites' },
  });
});

it('deleting an integration deletes its writes', async () => {
  const integration = await local.integrations.create({
    provider: 'local',
    name: `Gone ${randomUUID()}`,
    credentials: { token: 'another' },
  });
  await integration.at('/charges').withIdempotencyKey('key').post();
  const { dependents } = await local.integrations.delete(integration);
  expect(dependents).toMatchObject({ IntegrationIdempotencyKey: 1 });
});
