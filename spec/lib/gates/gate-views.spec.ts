import { setTimeout as sleep } from 'node:timers/promises';
import { Types } from 'mongoose';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { gateCollection, type GateCollection } from '../../../lib/gates/gate-collection.js';
import { gateProjection, type GateReply } from '../../../lib/gates/gate-view.js';
import { createGateViews, type GateViews } from '../../../lib/gates/gate-views.js';
import { compileModels } from '../../../schemas/models.js';
import { describeWithOwnMongod, useCrashableMongod } from '../../support/crashable-mongod.js';
import { useDatabase } from '../../support/database.js';
import { documentMethods } from '../../../lib/instance/document-methods.js';
import mongoose, { type Connection } from 'mongoose';

function gatesOf(connection: Connection) {
  const noServices = documentMethods(() => {
    throw new Error('These documents are not part of an instance');
  });
  return gateCollection(compileModels(connection, 'integration', noServices).models.IntegrationGate);
}

const newId = () => new Types.ObjectId().toHexString();
const inAnHour = new Date(Date.now() + 3_600_000);

describe('what a process knows of a gate', () => {
  const database = useDatabase();
  let gates: GateCollection;
  let views: GateViews;

  beforeAll(() => {
    gates = gatesOf(database.connection);
    views = createGateViews(gates);
  });

  async function reply(gateId: string): Promise<GateReply> {
    return (await gates.findOne<GateReply>({ _id: gateId }, { projection: gateProjection }))!;
  }

  const set = (gateId: string, fields: object) => gates.updateOne({ _id: gateId }, { $set: fields }, { upsert: true });

  /** How many reads the work makes, with views of its own. */
  async function countReads(work: () => Promise<unknown>): Promise<number> {
    let reads = 0;
    const watched: GateCollection = new Proxy(gates, {
      get(target, name) {
        if (name === 'findOne') reads += 1;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const before = views;
    views = createGateViews(watched);
    await work();
    views = before;
    return reads;
  }

  it('is nothing where there is no gate, and nothing before anybody asked', async () => {
    const gateId = newId();
    expect(views.known(gateId)).toBeNull();
    await expect(views.current(gateId)).resolves.toMatchObject({ circuit: null, override: null, failureMark: null });
    expect(views.known(gateId)).not.toBeNull();
  });

  it('comes with the clock of the server', async () => {
    const gateId = newId();
    await set(gateId, { suppressUntil: inAnHour });
    const { suppressUntil, now } = await views.current(gateId);
    expect(suppressUntil).toEqual(inAnHour);
    expect(Math.abs(now() - Date.now())).toBeLessThan(2_000);
    const first = now();
    await sleep(20);
    expect(now() - first).toBeGreaterThan(15);
  });

  it('is read once, whoever asks, and not again for half a second', async () => {
    const gateId = newId();
    await set(gateId, { failureMark: 'a' });
    const reads = await countReads(async () => {
      await Promise.all(Array.from({ length: 50 }, () => views.current(gateId)));
      await views.current(gateId);
    });
    expect(reads).toBe(1);
  });

  it('shows what another process changed within a second', async () => {
    const gateId = newId();
    await set(gateId, { failureMark: 'a' });
    await views.current(gateId);
    await set(gateId, { failureMark: 'b' });
    await sleep(1_010);
    await expect(views.current(gateId)).resolves.toMatchObject({ failureMark: 'b' });
  });

  it('is what a reply told, without reading', async () => {
    const gateId = newId();
    await set(gateId, { failureMark: 'a' });
    const told = await reply(gateId);
    const reads = await countReads(async () => {
      expect(views.learn(gateId, told)).toMatchObject({ failureMark: 'a' });
      await expect(views.current(gateId)).resolves.toMatchObject({ failureMark: 'a' });
    });
    expect(reads).toBe(0);
  });

  it('does not go back to what an older reply says', async () => {
    const gateId = newId();
    await set(gateId, { failureMark: 'a' });
    const older = await reply(gateId);
    await sleep(5);
    await set(gateId, { failureMark: 'b' });
    views.learn(gateId, await reply(gateId));
    expect(views.learn(gateId, older)).toMatchObject({ failureMark: 'b' });
  });

  it('goes with a server whose clock was set back, after a second at the latest', async () => {
    const gateId = newId();
    await set(gateId, { failureMark: 'a' });
    const told = await reply(gateId);
    views.learn(gateId, { ...told, serverTime: new Date(told.serverTime.getTime() + 3_600_000) });
    await set(gateId, { failureMark: 'b' });
    await sleep(1_010);
    await expect(views.current(gateId)).resolves.toMatchObject({ failureMark: 'b' });
  });

  it('is asked anew when somebody says that it changed, whatever is being read', async () => {
    const gateId = newId();
    await set(gateId, { failureMark: 'a' });
    const early = views.current(gateId);
    await set(gateId, { failureMark: 'b' });
    views.forget(gateId);
    await expect(views.current(gateId)).resolves.toMatchObject({ failureMark: 'b' });
    await early;
    await expect(views.current(gateId)).resolves.toMatchObject({ failureMark: 'b' });
  });

  it('is nothing again when the gate was deleted', async () => {
    const gateId = newId();
    await set(gateId, { failureMark: 'a' });
    await views.current(gateId);
    await gates.deleteOne({ _id: gateId });
    await sleep(1_010);
    await expect(views.current(gateId)).resolves.toMatchObject({ failureMark: null });
  });
});

describe('a read that is never answered', () => {
  it('is given up after five seconds: the next call asks anew', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const told: GateReply = { serverTime: new Date(), failureMark: 'a' };
    const replies = [new Promise<null>(() => undefined), Promise.resolve(told)];
    const silent = { findOne: () => replies.shift() } as unknown as GateCollection;
    const views = createGateViews(silent);
    const gateId = newId();
    const first = views.current(gateId);
    await vi.advanceTimersByTimeAsync(5_000);
    await expect(first).resolves.toMatchObject({ failureMark: null });
    await expect(views.current(gateId)).resolves.toMatchObject({ failureMark: 'a' });
  });
});

describeWithOwnMongod('while the database is away', () => {
  const mongod = useCrashableMongod();

  it('is what was known last; one call waits a second, the others not at all', async () => {
    const connection = await mongoose.createConnection(mongod.uri, { dbName: 'gates' }).asPromise();
    onTestFinished(() => connection.close());
    const gates = gatesOf(connection);
    const views = createGateViews(gates);
    const gateId = newId();
    await gates.updateOne({ _id: gateId }, { $set: { failureMark: 'a' } }, { upsert: true });
    await views.current(gateId);
    await mongod.crash();
    await sleep(1_010);

    const begun = performance.now();
    for (let call = 0; call < 20; call += 1) {
      await expect(views.current(gateId)).resolves.toMatchObject({ failureMark: 'a' });
    }
    expect(performance.now() - begun).toBeLessThan(2_500);

    await mongod.start();
    await expect
      .poll(
        async () => {
          await gates.updateOne({ _id: gateId }, { $set: { failureMark: 'b' } }, { upsert: true });
          return (await views.current(gateId)).failureMark;
        },
        { timeout: 15_000 },
      )
      .toBe('b');
  });
});
