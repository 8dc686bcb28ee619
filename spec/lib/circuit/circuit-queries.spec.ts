import { randomUUID } from 'node:crypto';
import { Types } from 'mongoose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCircuitQueries, type CircuitQueries } from '../../../lib/circuit/circuit-queries.js';
import { initialCircuit } from '../../../lib/circuit/circuit-state.js';
import type { GateCollection } from '../../../lib/gates/gate-collection.js';
import type { IntegrationGateFields, StoredCircuit } from '../../../schemas/integration-gate.js';
import { useDatabase } from '../../support/database.js';

const database = useDatabase();
let gates: GateCollection;
let queries: CircuitQueries;

beforeAll(() => {
  gates = database.connection.collection<IntegrationGateFields>('gates');
  queries = createCircuitQueries(gates);
});

/** A gate whose circuit is like that. */
async function gateWith(circuit: Partial<StoredCircuit>): Promise<string> {
  const integrationId = new Types.ObjectId();
  const _id = integrationId.toHexString();
  await gates.updateOne(
    { _id },
    { $set: { integrationId, failureMark: 'kept', circuit: { ...initialCircuit, ...circuit } } },
    { upsert: true },
  );
  return _id;
}

const circuitOf = async (_id: string) => (await gates.findOne({ _id }))?.circuit;
const past = new Date(Date.now() - 60_000);
const future = new Date(Date.now() + 60_000);

/** How far a deadline lies from the server's clock, in milliseconds. */
const ahead = (reply: { serverTime: Date } | null, deadline: Date | null | undefined) =>
  (deadline?.getTime() ?? NaN) - (reply?.serverTime.getTime() ?? NaN);

describe('ensure', () => {
  it('makes the gate with a closed circuit, however many want it at once', async () => {
    for (let round = 0; round < 20; round += 1) {
      const integration = new Types.ObjectId();
      const replies = await Promise.all(Array.from({ length: 8 }, () => queries.ensure(integration)));
      for (const reply of replies) expect(reply?.circuit).toEqual(initialCircuit);
      await expect(gates.countDocuments({ integrationId: integration })).resolves.toBe(1);
    }
  });

  it('adds the circuit to a gate that has none, and leaves the rest', async () => {
    const integration = new Types.ObjectId();
    const _id = integration.toHexString();
    await gates.insertOne({ _id, failureMark: 'kept', circuit: null } as never);
    await queries.ensure(integration);
    await expect(gates.findOne({ _id })).resolves.toEqual({
      _id,
      integrationId: integration,
      failureMark: 'kept',
      circuit: initialCircuit,
    });
  });

  it('changes nothing where there is one', async () => {
    const _id = await gateWith({ state: 'open', epoch: 4, openUntil: future });
    const reply = await queries.ensure(new Types.ObjectId(_id));
    expect(reply?.circuit).toMatchObject({ state: 'open', epoch: 4 });
  });
});

describe('addCounts', () => {
  it('adds to the counters, drops old slots, and tells what all have counted', async () => {
    const _id = await gateWith({ epoch: 2, b: { 1000: { ok: 1 }, 2000: { bad: 1 } } });
    const update = {
      $inc: { 'circuit.b.2000.bad': 2, 'circuit.b.3000.ok': 5 },
      $unset: { 'circuit.b.1000': '' },
    } as const;
    const reply = await queries.addCounts(_id, 2, update);
    expect(reply?.circuit?.b).toEqual({ 2000: { bad: 3 }, 3000: { ok: 5 } });
    expect(reply?.serverTime).toBeInstanceOf(Date);
  });

  it('counts nothing of an earlier epoch, or in a circuit that is not closed', async () => {
    const update = { $inc: { 'circuit.fails': 1 } };
    const later = await gateWith({ epoch: 3 });
    const open = await gateWith({ epoch: 2, state: 'open', openUntil: future });
    await expect(queries.addCounts(later, 2, update)).resolves.toBeNull();
    await expect(queries.addCounts(open, 2, update)).resolves.toBeNull();
    await expect(circuitOf(later)).resolves.toMatchObject({ fails: 0 });
  });

  it('loses nothing where many add at once', async () => {
    const _id = await gateWith({});
    await Promise.all(
      Array.from({ length: 50 }, () => queries.addCounts(_id, 0, { $inc: { 'circuit.b.1000.bad': 2 } })),
    );
    await expect(circuitOf(_id)).resolves.toMatchObject({ b: { 1000: { bad: 100 } } });
  });
});

describe('open', () => {
  it('is done by exactly one of many', async () => {
    const _id = await gateWith({ epoch: 7, fails: 9, b: { 1000: { bad: 9 } } });
    const replies = await Promise.all(Array.from({ length: 20 }, () => queries.open(_id, 7, 30_000)));
    const [reply, ...others] = replies.filter((one) => one !== null);
    expect(others).toEqual([]);
    expect(reply?.circuit).toMatchObject({ state: 'open', epoch: 8, fails: 0, b: {}, probe: null, probeUntil: null });
    expect(ahead(reply ?? null, reply?.circuit?.openUntil)).toBe(30_000);
    expect(ahead(reply ?? null, reply?.circuit?.openedAt)).toBe(0);
    await expect(gates.findOne({ _id })).resolves.toMatchObject({ failureMark: 'kept' });
  });
});

describe('claimProbe', () => {
  it.each<[string, Partial<StoredCircuit>]>([
    ['the cooldown is over', { state: 'open', openUntil: past }],
    ['the lease of another probe is over', { state: 'halfOpen', probe: 'other', probeUntil: past }],
  ])('gives the probe to exactly one of many when %s', async (_when, circuit) => {
    const _id = await gateWith(circuit);
    const tokens = Array.from({ length: 20 }, () => randomUUID());
    const replies = await Promise.all(tokens.map((token) => queries.claimProbe(_id, token, 6_000)));
    const given = tokens.filter((token, index) => replies[index]?.circuit?.probe === token);
    expect(given).toHaveLength(1);
    const stored = await circuitOf(_id);
    expect(stored).toMatchObject({ state: 'halfOpen', probe: given[0] });
    const winner = replies[tokens.indexOf(given[0]!)]!;
    expect(ahead(winner, stored?.probeUntil)).toBe(6_000);
  });

  it.each<[string, Partial<StoredCircuit>]>([
    ['while it is closed', {}],
    ['during the cooldown', { state: 'open', openUntil: future }],
    ['while another one is under way', { state: 'halfOpen', probe: 'other', probeUntil: future }],
  ])('gives it to nobody %s', async (_when, circuit) => {
    const _id = await gateWith(circuit);
    const reply = await queries.claimProbe(_id, 'mine', 6_000);
    expect(reply?.circuit).toMatchObject({ ...initialCircuit, ...circuit });
  });

  it('recognises its own claim when it is repeated', async () => {
    const _id = await gateWith({ state: 'open', openUntil: past });
    await queries.claimProbe(_id, 'mine', 6_000);
    const until = (await circuitOf(_id))?.probeUntil;
    await expect(queries.claimProbe(_id, 'mine', 6_000)).resolves.toMatchObject({ circuit: { probe: 'mine' } });
    expect((await circuitOf(_id))?.probeUntil).toEqual(until);
  });

  it('makes no gate', async () => {
    await expect(queries.claimProbe('nowhere', 'mine', 1)).resolves.toBeNull();
  });
});

describe('endProbe', () => {
  const halfOpen = {
    state: 'halfOpen',
    epoch: 3,
    probe: 'mine',
    probeUntil: future,
    openedAt: past,
    openUntil: past,
  } as const;

  it('closes the circuit by an answer', async () => {
    const _id = await gateWith({ ...halfOpen, fails: 2, b: { 1000: { bad: 1 } } });
    await queries.endProbe(_id, 'mine', 'answered', 30_000);
    await expect(circuitOf(_id)).resolves.toEqual({ ...initialCircuit, epoch: 3, probe: 'mine' });
  });

  it('opens it for another cooldown by a failure', async () => {
    const _id = await gateWith(halfOpen);
    const reply = await queries.endProbe(_id, 'mine', 'failed', 30_000);
    expect(reply?.circuit).toMatchObject({ state: 'open', epoch: 3, probeUntil: null });
    expect(ahead(reply, reply?.circuit?.openUntil)).toBe(30_000);
    expect(ahead(reply, reply?.circuit?.openedAt)).toBe(0);
  });

  it('leaves it to the next caller where nothing was learnt', async () => {
    const _id = await gateWith(halfOpen);
    const reply = await queries.endProbe(_id, 'mine', 'unknown', 30_000);
    expect(reply?.circuit).toMatchObject({ state: 'open', openedAt: past, probeUntil: null });
    expect(ahead(reply, reply?.circuit?.openUntil)).toBe(0);
    await expect(queries.claimProbe(_id, 'next', 1_000)).resolves.toMatchObject({ circuit: { probe: 'next' } });
  });

  it.each(['answered', 'failed', 'unknown'] as const)(
    'changes nothing by %s where another has the probe',
    async (result) => {
      const _id = await gateWith({ ...halfOpen, probe: 'other' });
      const before = await circuitOf(_id);
      await queries.endProbe(_id, 'mine', result, 30_000);
      await expect(circuitOf(_id)).resolves.toEqual(before);
    },
  );

  it('comes to the same when it is repeated', async () => {
    const _id = await gateWith(halfOpen);
    await queries.endProbe(_id, 'mine', 'failed', 30_000);
    const before = await circuitOf(_id);
    await expect(queries.endProbe(_id, 'mine', 'failed', 30_000)).resolves.toMatchObject({
      circuit: { probe: 'mine' },
    });
    await expect(circuitOf(_id)).resolves.toEqual(before);
  });
});

describe('force, release and releaseExpired', () => {
  it('set a word and take it back, in a new epoch each time, and tell what was before', async () => {
    const integration = new Types.ObjectId();
    const _id = integration.toHexString();
    await expect(queries.force(integration, 'open', null)).resolves.toBeNull();
    await expect(circuitOf(_id)).resolves.toEqual({
      ...initialCircuit,
      epoch: 1,
      forced: { state: 'open', until: null },
    });
    await expect(queries.release(_id)).resolves.toMatchObject({ circuit: { forced: { state: 'open' } } });
    await expect(circuitOf(_id)).resolves.toEqual({ ...initialCircuit, epoch: 2 });
    await expect(queries.release(_id)).resolves.toBeNull();
  });

  it('close the circuit itself by `closed`, and leave it as it is by `disabled`', async () => {
    const open = { state: 'open', openedAt: past, openUntil: future, fails: 1 } as const;
    const [one, other] = [await gateWith(open), await gateWith(open)];
    await queries.force(new Types.ObjectId(one), 'closed', null);
    await queries.force(new Types.ObjectId(other), 'disabled', null);
    await expect(circuitOf(one)).resolves.toMatchObject({ state: 'closed', openUntil: null, fails: 0 });
    await expect(circuitOf(other)).resolves.toMatchObject(open);
  });

  it('hold until the server’s clock says so, and are taken back by exactly one', async () => {
    const _id = await gateWith({});
    const before = await queries.force(new Types.ObjectId(_id), 'open', 60_000);
    const until = (await circuitOf(_id))?.forced?.until;
    expect(ahead(before, until)).toBe(60_000);
    await expect(queries.releaseExpired(_id, until!)).resolves.toBeNull();
    await gates.updateOne({ _id }, { $set: { 'circuit.forced.until': past } });
    const replies = await Promise.all(Array.from({ length: 10 }, () => queries.releaseExpired(_id, past)));
    expect(replies.filter((reply) => reply !== null)).toHaveLength(1);
    await expect(circuitOf(_id)).resolves.toMatchObject({ forced: null });
  });
});
