import { Types } from 'mongoose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RateLimit } from '../../../lib/index.js';
import type { GateCollection } from '../../../lib/gates/gate-collection.js';
import { createGateViews } from '../../../lib/gates/gate-views.js';
import { createGateStore } from '../../../lib/rate-limits/gate-store.js';
import { defaultRule, furtherRule, type RateRule } from '../../../lib/rate-limits/rate-rule.js';
import { longestOnItsWay } from '../../../lib/rate-limits/slot.js';
import type { IntegrationGateFields, StoredRateSlot } from '../../../schemas/integration-gate.js';
import { useDatabase } from '../../support/database.js';

const database = useDatabase();
const gateId = 'gate';
const integrationId = new Types.ObjectId();
const minute = defaultRule(RateLimit.perMinute(10));
const tenSeconds = furtherRule(RateLimit.per(3, 10), ['/a']);
const longestMs = longestOnItsWay(30_000);

const collection = (): GateCollection => database.connection.collection<IntegrationGateFields>('gates');
const stored = () => collection().findOne({ _id: gateId });
const slotsOf = async (rule: RateRule): Promise<StoredRateSlot[]> => (await stored())?.logs[rule.name] ?? [];
const store = () =>
  createGateStore({ collection: collection(), views: createGateViews(collection()), gateId, integrationId });

const wish = { rules: [minute], slotId: 's', interactive: 1, background: 0, ahead: 0, holdsBack: true, longestMs };

/** The server's clock. */
let now = 0;
const ago = (ms: number): Date => new Date(now - ms);

beforeEach(async () => {
  const [reply] = await database.connection
    .db!.aggregate<{ now: Date }>([{ $documents: [{}] }, { $set: { now: '$$NOW' } }])
    .toArray();
  now = reply!.now.getTime();
});
afterEach(() => collection().deleteMany({}));

/** A gate where that was reserved before. */
async function given(slots: readonly StoredRateSlot[], fields: Partial<IntegrationGateFields> = {}, rule = minute) {
  const gate = { _id: gateId, integrationId, logs: { [rule.name]: [...slots] }, ...fields };
  await collection().insertOne(gate as IntegrationGateFields);
}

describe('a reservation', () => {
  it('makes the gate where there is none, and remembers whose it is', async () => {
    await expect(store().reserve(wish)).resolves.toMatchObject({ granted: 1, taken: [{ tokens: 1 }] });
    await expect(stored()).resolves.toMatchObject({ integrationId, granted: 1 });
  });

  it('keeps a token until it cannot be on its way any more', async () => {
    const reply = await store().reserve(wish);
    const end = new Date(reply.serverTime.getTime() + longestMs);
    await expect(slotsOf(minute)).resolves.toEqual([{ i: 's', t: end, n: 1 }]);
  });

  it('gives as many as there are', async () => {
    await expect(store().reserve({ ...wish, interactive: 7 })).resolves.toMatchObject({ granted: 7 });
    await expect(store().reserve({ ...wish, interactive: 7 })).resolves.toMatchObject({ granted: 3 });
    const refused = await store().reserve({ ...wish, interactive: 7 });
    expect(refused).toMatchObject({ granted: 0, taken: [{ tokens: 10 }] });
    await expect(slotsOf(minute)).resolves.toMatchObject([{ i: 's', n: 10 }]);
  });

  it('adds to a slot, whose end is the latest of its tokens', async () => {
    await given([{ i: 's', t: ago(-100_000), n: 2 }]);
    await store().reserve(wish);
    await expect(slotsOf(minute)).resolves.toEqual([{ i: 's', t: ago(-100_000), n: 3 }]);
  });

  it('forgets what was on its way more than a window ago', async () => {
    await given([
      { i: 'old', t: ago(60_010), n: 5 },
      { i: 'recent', t: ago(50_000), n: 4 },
    ]);
    await expect(store().reserve({ ...wish, interactive: 9 })).resolves.toMatchObject({
      granted: 6,
      taken: [{ tokens: 10, oldest: ago(50_000) }],
    });
    await expect(slotsOf(minute)).resolves.toMatchObject([{ i: 'recent' }, { i: 's', n: 6 }]);
  });

  it('takes from all rules what the scarcest gives', async () => {
    const reply = await store().reserve({ ...wish, rules: [minute, tenSeconds], interactive: 5 });
    expect(reply).toMatchObject({ granted: 3, taken: [{ tokens: 3 }, { tokens: 3 }] });
    await expect(slotsOf(minute)).resolves.toMatchObject([{ n: 3 }]);
    await expect(slotsOf(tenSeconds)).resolves.toMatchObject([{ n: 3 }]);
  });

  it('gives a twentieth of the rest for calls to come', async () => {
    const rules = [defaultRule(RateLimit.perMinute(101))];
    await expect(store().reserve({ ...wish, rules, ahead: 32 })).resolves.toMatchObject({ granted: 6 });
    await expect(store().reserve({ ...wish, rules, ahead: 2 })).resolves.toMatchObject({ granted: 3 });
    const scarce = { ...wish, slotId: 't', ahead: 32 };
    await expect(store().reserve(scarce)).resolves.toMatchObject({ granted: 1 });
  });

  it('gives nothing while the other API wants no calls', async () => {
    await given([], { suppressUntil: ago(-5_000) });
    await expect(store().reserve(wish)).resolves.toMatchObject({ granted: 0, suppressUntil: ago(-5_000) });
  });

  it('gives again when that is over', async () => {
    await given([], { suppressUntil: ago(1), foregroundUntil: null });
    await expect(store().reserve(wish)).resolves.toMatchObject({ granted: 1 });
  });

  it('gives background calls nothing while interactive ones wait', async () => {
    await given([], { foregroundUntil: ago(-5_000) });
    await expect(store().reserve({ ...wish, interactive: 2, background: 3 })).resolves.toMatchObject({ granted: 2 });
    await expect(store().reserve({ ...wish, interactive: 0, background: 3 })).resolves.toMatchObject({ granted: 0 });
  });

  it('serves both where there is room', async () => {
    await expect(store().reserve({ ...wish, interactive: 2, background: 3 })).resolves.toMatchObject({ granted: 5 });
  });

  it('holds background calls back where it gives too little to interactive ones, until they ask again', async () => {
    await given([{ i: 'x', t: ago(59_700), n: 10 }]);
    const { foregroundUntil } = await store().reserve(wish);
    const freeAt = now - 59_700 + 60_002;
    expect(foregroundUntil).toEqual(new Date(freeAt + 30));
  });

  it('holds them back for about a second at the most', async () => {
    await given([{ i: 'x', t: ago(1_000), n: 10 }]);
    const { foregroundUntil, serverTime } = await store().reserve(wish);
    expect(foregroundUntil).toEqual(new Date(serverTime.getTime() + 1_030));
  });

  it.each([
    ['interactive calls do not wait', { holdsBack: false }],
    ['background calls get too little', { interactive: 0, background: 1 }],
  ])('holds nobody back where %s', async (_where, members) => {
    await given([{ i: 'x', t: ago(1_000), n: 10 }]);
    expect(await store().reserve({ ...wish, ...members })).toMatchObject({ granted: 0 });
    expect((await stored())!.foregroundUntil).toBeUndefined();
  });

  it('goes by an operator’s limit of the same window as long as that holds', async () => {
    await given([], { override: { limit: 2, seconds: 60, until: ago(-5_000) } });
    await expect(store().reserve({ ...wish, interactive: 5 })).resolves.toMatchObject({ granted: 2 });
    await collection().updateOne({ _id: gateId }, { $set: { 'override.until': ago(1) } });
    await expect(store().reserve({ ...wish, interactive: 5 })).resolves.toMatchObject({ granted: 5 });
    await collection().updateOne({ _id: gateId }, { $set: { 'override.limit': 8, 'override.until': null } });
    await expect(store().reserve({ ...wish, interactive: 5 })).resolves.toMatchObject({ granted: 1 });
  });

  it.each([
    ['of another window', minute, 1],
    ['for a further rule', furtherRule(RateLimit.perMinute(10), null), 60],
  ])('goes by no operator’s limit %s', async (_which, rule, seconds) => {
    await given([], { override: { limit: 2, seconds, until: null } });
    await expect(store().reserve({ ...wish, rules: [rule], interactive: 5 })).resolves.toMatchObject({ granted: 5 });
  });

  it('is never more than the limit, however many processes ask at once', async () => {
    const replies = await Promise.all(
      Array.from({ length: 40 }, (_, index) => store().reserve({ ...wish, slotId: `s${index}` })),
    );
    expect(replies.reduce((sum, { granted }) => sum + granted, 0)).toBe(10);
  });

  it('counts twice, not never, where it is repeated because the reply was lost', async () => {
    await store().reserve({ ...wish, interactive: 2 });
    await store().reserve({ ...wish, interactive: 2 });
    await store().settle([minute], [{ slotId: 's', used: 2, answeredMsAgo: 0 }]);
    await expect(slotsOf(minute)).resolves.toMatchObject([{ i: 's', n: 2 }]);
  });
});

describe('a settlement', () => {
  const slots = () => [
    { i: 's', t: ago(-32_000), n: 5 },
    { i: 'other', t: ago(-32_000), n: 4 },
  ];

  it('ends a slot with its last answer, and gives back what was not used', async () => {
    await given(slots());
    await store().settle([minute], [{ slotId: 's', used: 3, answeredMsAgo: 20_000 }]);
    const [settled, other] = await slotsOf(minute);
    expect(settled).toMatchObject({ i: 's', n: 3 });
    expect(settled!.t.getTime()).toBeGreaterThanOrEqual(now - 20_000);
    expect(settled!.t.getTime()).toBeLessThan(now - 10_000);
    expect(other).toEqual(slots()[1]);
  });

  it('is the same when it is repeated', async () => {
    await given(slots());
    const settlement = { slotId: 's', used: 3, answeredMsAgo: 20_000 };
    await store().settle([minute], [settlement]);
    const [once] = await slotsOf(minute);
    await store().settle([minute], [settlement]);
    const [twice] = await slotsOf(minute);
    expect(twice).toEqual(once);
  });

  it('gives back, and leaves the end as it was, where an answer is missing', async () => {
    await given(slots());
    await store().settle([minute], [{ slotId: 's', used: 3, answeredMsAgo: null }]);
    await expect(slotsOf(minute)).resolves.toEqual([{ ...slots()[0], n: 3 }, slots()[1]]);
  });

  it('never makes a slot last longer', async () => {
    await given([{ i: 's', t: ago(5_000), n: 5 }]);
    await store().settle([minute], [{ slotId: 's', used: 9, answeredMsAgo: 0 }]);
    await expect(slotsOf(minute)).resolves.toEqual([{ i: 's', t: ago(5_000), n: 5 }]);
  });

  it('removes a slot of which nothing was used, and settles several at once', async () => {
    await given(slots());
    await store().settle(
      [minute],
      [
        { slotId: 's', used: 0, answeredMsAgo: null },
        { slotId: 'other', used: 4, answeredMsAgo: 1_000 },
        { slotId: 'gone', used: 1, answeredMsAgo: 1_000 },
      ],
    );
    await expect(slotsOf(minute)).resolves.toMatchObject([{ i: 'other', n: 4 }]);
  });

  it('makes no gate that was deleted', async () => {
    await store().settle([minute], [{ slotId: 's', used: 1, answeredMsAgo: 1 }]);
    await expect(stored()).resolves.toBeNull();
  });

  it('combines the slots of the past where there are many, and shortens none', async () => {
    const day = defaultRule(RateLimit.perDay(100_000));
    const many = Array.from({ length: 2_000 }, (_, index) => ({ i: `p${index}`, t: ago(index * 40_000), n: 2 }));
    await given([...many, { i: 'ahead', t: ago(-32_000), n: 3 }], {}, day);
    await store().settle([day], []);
    const combined = await slotsOf(day);
    expect(combined.length).toBeLessThan(256);
    expect(combined.reduce((sum, { n }) => sum + n, 0)).toBe(4_003);
    expect(combined).toContainEqual({ i: 'ahead', t: ago(-32_000), n: 3 });
    // At every instant to come as many are taken as before, or more, for eleven minutes at the most.
    const takenAfter = (list: readonly StoredRateSlot[], t: number): number =>
      list.reduce((sum, slot) => (slot.t.getTime() > t ? sum + slot.n : sum), 0);
    for (const { t } of many) {
      const before = takenAfter(many, t.getTime()) + 3;
      expect(takenAfter(combined, t.getTime())).toBeGreaterThanOrEqual(before);
      expect(takenAfter(combined, t.getTime() + 675_000)).toBeLessThanOrEqual(before);
    }
  });

  it('leaves few slots as they are', async () => {
    const few = Array.from({ length: 256 }, (_, index) => ({ i: `p${index}`, t: ago(index), n: 1 }));
    await given(few);
    await store().settle([minute], []);
    await expect(slotsOf(minute)).resolves.toEqual(few);
  });
});
