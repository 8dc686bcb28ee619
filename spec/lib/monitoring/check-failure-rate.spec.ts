import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import type { IntegrationEventName } from '../../../lib/events.js';
import { createFailureWatch } from '../../../lib/monitoring/failure-watch.js';
import type { FailureClass } from '../../../lib/types/failure-class.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useLocalInstance } from '../../support/local-instance.js';
import { storeCalls, times, type StoredCall } from './stored-calls.js';

const database = useDatabase();
const upstream = useHttpServer();
const settings = { windowMinutes: 15, failureRate: 0.5, minimumCalls: 4 };
const local = useLocalInstance(database, upstream, { monitoring: settings });

const failed: StoredCall = { failureClass: 'upstream', statusCode: 503 };

/** A new integration's id, with these calls in its log. */
async function withCalls(calls: readonly StoredCall[]): Promise<Types.ObjectId> {
  const { _id } = await local.integrations.create({ provider: 'local', name: 'Watched', credentials: { token: 't' } });
  if (calls.length > 0) await storeCalls(local.integrations.models, _id, calls);
  return _id;
}

/** A process that checks, and what it emitted. */
function watcher() {
  const emitted: IntegrationEventName[] = [];
  const emit = (name: IntegrationEventName) => void emitted.push(name);
  return { emitted, ...createFailureWatch({ models: local.integrations.models, settings, emit }) };
}

/** The state, as it is stored. */
async function elevatedSince(_id: Types.ObjectId): Promise<Date | null> {
  return (await local.integrations.findOrFail(_id)).failureRateElevatedSince;
}

/** As if the episode had begun so long ago. */
async function backdate(_id: Types.ObjectId, seconds: number): Promise<void> {
  const failureRateElevatedSince = new Date(Date.now() - seconds * 1000);
  await local.integrations.models.Integration.collection.updateOne({ _id }, { $set: { failureRateElevatedSince } });
}

async function forgetCalls(integrationId: Types.ObjectId): Promise<void> {
  await local.integrations.models.IntegrationRequest.collection.deleteMany({ integrationId });
}

describe('an elevated failure rate', () => {
  it('is told once, with the summary, while it lasts', async () => {
    const id = await withCalls([...times(3, failed), ...times(3)]);
    const told: unknown[] = [];
    const off = local.integrations.on('elevatedFailureRate', (event) => told.push(event));
    expect(await local.integrations.checkFailureRate(id)).toEqual({ checked: 1, elevated: 1, recovered: 0 });
    expect(await local.integrations.checkFailureRate(id)).toEqual({ checked: 1, elevated: 0, recovered: 0 });
    await expect.poll(() => told.length).toBe(1);
    off();
    expect(told).toMatchObject([{ integration: { _id: id }, summary: { total: 6, failed: 3, rate: 0.5 } }]);
    expect(await elevatedSince(id)).toBeInstanceOf(Date);
  });

  it('is told once, however many processes check at the same time', async () => {
    const id = await withCalls(times(8, failed));
    const watchers = Array.from({ length: 8 }, watcher);
    await Promise.all(watchers.map(({ checkFailureRate }) => checkFailureRate(id)));
    expect(watchers.flatMap(({ emitted }) => emitted)).toEqual(['elevatedFailureRate']);
    await backdate(id, 61);
    await forgetCalls(id);
    await Promise.all(watchers.map(({ checkFailureRate }) => checkFailureRate(id)));
    expect(watchers.flatMap(({ emitted }) => emitted).sort()).toEqual(['elevatedFailureRate', 'failureRateRecovered']);
  });

  it.each<[string, StoredCall[]]>([
    ['fewer calls than it takes to tell', times(3, failed)],
    ['a share below the threshold', [...times(3, failed), ...times(4)]],
    ['failures from before the window', times(8, { ...failed, minutesAgo: 20 })],
  ])('is not %s', async (_what, calls) => {
    const { checkFailureRate, emitted } = watcher();
    await checkFailureRate(await withCalls(calls));
    expect(emitted).toEqual([]);
  });

  it.each<[FailureClass, boolean]>([
    ['upstream', true],
    ['throttle', true],
    ['auth', true],
    ['unknown', true],
    ['client', false],
    ['cancelled', false],
    ['local', false],
  ])('by failures of the class %s: %s', async (failureClass, isAlarming) => {
    const { checkFailureRate, emitted } = watcher();
    await checkFailureRate(await withCalls(times(6, { failureClass })));
    expect(emitted).toEqual(isAlarming ? ['elevatedFailureRate'] : []);
  });
});

describe('the recovery', () => {
  it('is told once, when enough calls succeed again', async () => {
    const { checkFailureRate, emitted } = watcher();
    const id = await withCalls(times(4, failed));
    await checkFailureRate(id);
    await backdate(id, 61);
    await checkFailureRate(id);
    expect(emitted).toEqual(['elevatedFailureRate']);
    await storeCalls(local.integrations.models, id, times(5));
    await checkFailureRate(id);
    await checkFailureRate(id);
    expect(emitted).toEqual(['elevatedFailureRate', 'failureRateRecovered']);
    expect(await elevatedSince(id)).toBeNull();
  });

  it('is told when there is no failed call any more, be there calls or not', async () => {
    const { checkFailureRate, emitted } = watcher();
    const id = await withCalls(times(4, failed));
    await checkFailureRate(id);
    await backdate(id, 61);
    await forgetCalls(id);
    await checkFailureRate(id);
    expect(emitted.at(-1)).toBe('failureRateRecovered');
  });

  it('is not told by a few calls of which some fail', async () => {
    const { checkFailureRate, emitted } = watcher();
    const id = await withCalls(times(4, failed));
    await checkFailureRate(id);
    await backdate(id, 61);
    await forgetCalls(id);
    await storeCalls(local.integrations.models, id, [failed, {}, {}]);
    await checkFailureRate(id);
    expect(emitted).toEqual(['elevatedFailureRate']);
  });

  it('comes a minute after the beginning at the earliest', async () => {
    const { checkFailureRate, emitted } = watcher();
    const id = await withCalls(times(4, failed));
    await checkFailureRate(id);
    await forgetCalls(id);
    await checkFailureRate(id);
    await backdate(id, 40);
    await checkFailureRate(id);
    expect(emitted).toEqual(['elevatedFailureRate']);
    await backdate(id, 61);
    await checkFailureRate(id);
    expect(emitted.at(-1)).toBe('failureRateRecovered');
  });

  it('lets the next episode begin', async () => {
    const { checkFailureRate, emitted } = watcher();
    const id = await withCalls(times(4, failed));
    await checkFailureRate(id);
    await backdate(id, 61);
    await forgetCalls(id);
    await checkFailureRate(id);
    await storeCalls(local.integrations.models, id, times(4, failed));
    await checkFailureRate(id);
    expect(emitted).toEqual(['elevatedFailureRate', 'failureRateRecovered', 'elevatedFailureRate']);
  });
});

describe('a check', () => {
  it('without a target looks at every active integration, page by page', async () => {
    const { models } = local.integrations;
    await models.Integration.collection.deleteMany({ name: { $in: ['Watched', 'One of many'] } });
    const ids = Array.from({ length: 450 }, () => new Types.ObjectId());
    await models.Integration.insertMany(
      ids.map((_id, index) => ({ _id, provider: 'local', name: 'One of many', isActive: index !== 449 })),
    );
    const troubled = [ids[0]!, ids[199]!, ids[200]!, ids[448]!, ids[449]!];
    for (const id of troubled) await storeCalls(models, id, times(4, failed));
    const { checkFailureRate, emitted } = watcher();
    const active = await models.Integration.countDocuments({ isActive: true });
    expect(await checkFailureRate()).toEqual({ checked: active, elevated: 4, recovered: 0 });
    expect(emitted).toHaveLength(4);
    expect(await Promise.all(troubled.map(elevatedSince))).toEqual([...Array<unknown>(4).fill(expect.any(Date)), null]);
  });

  it('names an integration that is not there', async () => {
    for (const target of ['nonsense', new Types.ObjectId()]) {
      await expect(local.integrations.checkFailureRate(target)).rejects.toMatchObject({
        code: 'INTEGRATION_NOT_FOUND',
      });
    }
  });

  it('works where the host has Mongoose neutralise operators in filters', async () => {
    const { models } = local.integrations;
    const id = await withCalls(times(4, failed));
    models.Integration.base.set('sanitizeFilter', true);
    try {
      const { checkFailureRate, emitted } = watcher();
      await checkFailureRate(id);
      await backdate(id, 61);
      await forgetCalls(id);
      await checkFailureRate();
      expect(emitted.at(-1)).toBe('failureRateRecovered');
    } finally {
      models.Integration.base.set('sanitizeFilter', false);
    }
  });
});
