import { randomUUID } from 'node:crypto';
import { describe, expect, it, beforeEach } from 'vitest';
import type { UnknownWrite, WriteOutcome } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useLocalInstance } from '../../support/local-instance.js';
import { abandon, charge, later, stored, until } from './ledger-fixture.js';

const database = useDatabase();
const upstream = useHttpServer();
let asked: UnknownWrite[] = [];
let answer: (write: UnknownWrite) => Promise<WriteOutcome | null>;
const local = useLocalInstance(database, upstream, {
  circuit: { enabled: false },
  provider: {
    async reconcileWrite(_integration, write) {
      asked.push(write);
      return answer(write);
    },
  },
});

beforeEach(() => {
  asked = [];
  answer = async () => null;
});

describe('a repetition of an unknown write', () => {
  it('has the provider told what it needs to find the write', async () => {
    const key = randomUUID();
    await abandon(local, key);
    const { requestId, createdAt } = (await stored(local, key))!;
    await charge(local, key)
      .post()
      .catch(() => undefined);
    expect(asked).toEqual([
      { idempotencyKey: key, endpoint: '/charges', method: 'POST', requestId, createdAt, data: { amount: 100 } },
    ]);
  });

  it('gets the result where the write had happened', async () => {
    answer = async () => ({ executed: true, result: { id: 'ch_1' } });
    const key = randomUUID();
    await abandon(local, key);
    const sent = upstream.received.length;
    await expect(charge(local, key, { onRepeat: 'result' }).post()).resolves.toEqual({ id: 'ch_1' });
    await expect(charge(local, key).post()).rejects.toMatchObject({ state: 'completed', result: { id: 'ch_1' } });
    expect(upstream.received).toHaveLength(sent);
    expect(asked).toHaveLength(1);
  });

  it('makes the write where it had not happened', async () => {
    answer = async () => ({ executed: false });
    const key = randomUUID();
    await abandon(local, key);
    const sent = upstream.received.length;
    await charge(local, key).post();
    expect(upstream.received).toHaveLength(sent + 1);
    await expect(stored(local, key)).resolves.toMatchObject({ state: 'completed' });
  });

  it.each<[string, typeof answer]>([
    ['cannot tell', async () => null],
    ['fails', () => Promise.reject(new Error('down'))],
    ['answers nonsense', async () => 'yes' as unknown as WriteOutcome],
  ])('gets a conflict where the provider %s, and the next one asks again', async (_name, answerer) => {
    answer = answerer;
    const key = randomUUID();
    await abandon(local, key);
    await expect(charge(local, key).post()).rejects.toMatchObject({ state: 'unknown' });
    await expect(charge(local, key).post()).rejects.toMatchObject({ state: 'unknown' });
    expect(asked).toHaveLength(2);
  });

  it('keeps out of the log what the provider failed with', async () => {
    const key = randomUUID();
    answer = () => Promise.reject(new Error(`no answer about ${key}`));
    await abandon(local, key);
    await expect(charge(local, key).post()).rejects.toMatchObject({ state: 'unknown' });
    expect(JSON.stringify(local.logger.lines)).not.toContain(key);
  });

  it('does not ask while a request may still be on its way', async () => {
    answer = async () => ({ executed: false });
    const key = randomUUID();
    await abandon(local, key, { leaseUntil: new Date(Date.now() - 1_000), graceMs: 60_000 });
    await expect(charge(local, key).post()).rejects.toMatchObject({ state: 'unknown' });
    expect(asked).toEqual([]);
  });

  it('does not ask about another write of that key', async () => {
    const key = randomUUID();
    await abandon(local, key);
    const reused = charge(local, key).withData({ amount: 7 }).post();
    await expect(reused).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    expect(asked).toEqual([]);
  });

  it('asks one at a time; who wants the result waits for the answer', async () => {
    let tell: (outcome: WriteOutcome) => void = () => undefined;
    answer = () => new Promise((resolve) => (tell = resolve));
    const key = randomUUID();
    await abandon(local, key);
    const first = charge(local, key, { onRepeat: 'result' }).post();
    await until(() => asked.length === 1);
    const second = charge(local, key, { onRepeat: 'result' }).post();
    await expect(charge(local, key).post()).rejects.toMatchObject({ state: 'unknown' });
    tell({ executed: true, result: 1 });
    await expect(Promise.all([first, second])).resolves.toEqual([1, 1]);
    expect(asked).toHaveLength(1);
  });

  it('does not wait for the provider beyond its deadline', async () => {
    answer = () => new Promise(() => undefined);
    const key = randomUUID();
    await abandon(local, key);
    const call = charge(local, key).withOptions({ deadlineMs: 100 }).post();
    await expect(call).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await until(async () => (await stored(local, key))!.reconciler === null);
  });

  it('heeds what somebody else has settled meanwhile', async () => {
    const key = randomUUID();
    answer = async () => {
      await local.integrations.idempotency.settle(local.integration, key, 'executed', { result: 'by hand' });
      return { executed: false };
    };
    await abandon(local, key);
    await expect(charge(local, key, { onRepeat: 'result' }).post()).resolves.toBe('by hand');
  });
});

describe('reconcile() by an operator', () => {
  const reconcile = (key: string) => local.integrations.idempotency.reconcile(local.integration, key);

  it('gives the write as it is then', async () => {
    answer = async () => ({ executed: true, result: { id: 'ch_1' } });
    const key = randomUUID();
    await abandon(local, key);
    await expect(reconcile(key)).resolves.toMatchObject({ state: 'completed', result: { id: 'ch_1' } });
    expect(asked[0]!.data).toBeUndefined();
  });

  it('gives null where it did not happen', async () => {
    answer = async () => ({ executed: false });
    const key = randomUUID();
    await abandon(local, key);
    await expect(reconcile(key)).resolves.toBeNull();
  });

  it('leaves it unknown where the provider cannot tell, and raises what it throws', async () => {
    const key = randomUUID();
    await abandon(local, key);
    await expect(reconcile(key)).resolves.toMatchObject({ state: 'unknown' });
    answer = () => Promise.reject(new Error('down'));
    await expect(reconcile(key)).rejects.toThrow('down');
  });

  it('refuses a write that is not unknown', async () => {
    const key = randomUUID();
    await charge(local, key).post();
    await expect(reconcile(key)).rejects.toMatchObject({ code: 'IDEMPOTENCY_NOT_UNKNOWN' });
  });
});

describe('an owner that is late', () => {
  it('completes its own write, though it had been taken for dead', async () => {
    const key = randomUUID();
    let release = (): void => undefined;
    upstream.answer((_request, response) => {
      release = () => response.writeHead(200, { 'content-type': 'text/plain' }).end('late');
    });
    const call = charge(local, key).post();
    await until(() => upstream.received.length === 1);
    await expireLease(key);
    await local.integrations.idempotency.sweep();
    await expect(stored(local, key)).resolves.toMatchObject({ state: 'unknown' });
    release();
    await expect(call).resolves.toBe('late');
    await expect(stored(local, key)).resolves.toMatchObject({ state: 'completed', unknownSince: null });
  });

  it('reports a write that happened though it was settled as one that had not', async () => {
    const key = randomUUID();
    upstream.answer(async (_request, response) => {
      await expireLease(key);
      await local.integrations.idempotency.settle(local.integration, key, 'notExecuted');
      response.writeHead(204).end();
    });
    await charge(local, key).post();
    expect(local.logger.lines).toContainEqual(
      expect.objectContaining({ level: 'error', message: expect.stringContaining('may be made twice') }),
    );
  });

  it('sends nothing more once it has been taken for dead', async () => {
    const key = randomUUID();
    let attempts = 0;
    const call = later(
      impatient.integration
        .at('/charges')
        .withAttempts(2)
        .withIdempotencyKey(key)
        .post(async () => {
          attempts += 1;
          const place = { integrationId: impatient.integration._id, key };
          const { collection } = impatient.integrations.models.IntegrationIdempotencyKey;
          await collection.updateOne(place, { $set: { state: 'unknown', unknownSince: new Date() } });
          // By then the lease has to be renewed, which tells.
          await until(async () => performance.now() > begun + 1_500);
          throw Object.assign(new Error('slow down'), { statusCode: 429, headers: { 'retry-after': '0' } });
        }),
    );
    const begun = performance.now();
    await expect(call).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT', state: 'unknown' });
    expect(attempts).toBe(1);
  });

  const impatient = useLocalInstance(database, upstream, { prefix: 'impatient', idempotency: { leaseSeconds: 1 } });

  async function expireLease(key: string): Promise<void> {
    const place = { integrationId: local.integration._id, key };
    await local.integrations.models.IntegrationIdempotencyKey.collection.updateOne(place, {
      $set: { leaseUntil: new Date(0), graceMs: 0 },
    });
  }
});

it('a lease is renewed while the call runs', async () => {
  const key = randomUUID();
  let end = (): void => undefined;
  upstream.answer((_request, response) => {
    end = () => response.writeHead(204).end();
  });
  const call = shortLived.integration.at('/charges').withIdempotencyKey(key).post();
  const record = () => shortLived.integrations.models.IntegrationIdempotencyKey.findOne({ key }).lean();
  await until(async () => {
    const current = await record();
    return current !== null && current.leaseUntil.getTime() - current.createdAt.getTime() > 2_500;
  });
  await expect(shortLived.integrations.idempotency.sweep()).resolves.toBe(0);
  end();
  await call;
});

const shortLived = useLocalInstance(database, upstream, { prefix: 'short_lived', idempotency: { leaseSeconds: 1 } });
