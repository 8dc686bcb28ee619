import { setTimeout as sleep } from 'node:timers/promises';
import mongoose, { Types } from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gateCollection, type GateCollection } from '../../../lib/gates/gate-collection.js';
import { createGateViews } from '../../../lib/gates/gate-views.js';
import { createFailureMarks, type FailureMarks } from '../../../lib/health/failure-marks.js';
import { compileModels } from '../../../schemas/models.js';
import { useDatabase } from '../../support/database.js';
import { documentMethods } from '../../../lib/instance/document-methods.js';

const database = useDatabase();
const connection = mongoose.createConnection();
let gates: GateCollection;
let commands: string[];
let id: Types.ObjectId;

beforeAll(async () => {
  await connection.openUri(database.uri, { monitorCommands: true });
  const withoutServices = documentMethods(() => {
    throw new Error('Not part of this');
  });
  gates = gateCollection(compileModels(connection, 'integration', withoutServices).models.IntegrationGate);
  connection.getClient().on('commandStarted', ({ commandName }) => commands.push(commandName));
});

afterAll(() => connection.close());

beforeEach(() => {
  commands = [];
  id = new Types.ObjectId();
});

/** As each process has them. */
const openMarks = (): FailureMarks => createFailureMarks(gates, createGateViews(gates));
const stored = async () => (await gates.findOne({ _id: id.toHexString() }))?.failureMark;

describe('the mark of a failure', () => {
  it('is seen by another process, until one has dealt with it', async () => {
    const [one, other] = [openMarks(), openMarks()];
    await one.set(id);
    const mark = await other.pending(id, 0);
    expect(mark).toBe(await stored());
    await other.clear(id, mark!);
    expect(await stored()).toBeNull();
    expect(await other.pending(id, 0)).toBeNull();
    expect(await one.pending(id, 0)).toBeNull();
  });

  it('is known at once to the process that set it', async () => {
    const marks = openMarks();
    await marks.set(id);
    commands = [];
    expect(await marks.pending(id, 60_000)).not.toBeNull();
    expect(commands).toEqual([]);
  });

  it('is not cleared by who has seen an earlier one', async () => {
    const [one, other] = [openMarks(), openMarks()];
    await one.set(id);
    const seen = await other.pending(id, 0);
    await one.set(id);
    await other.clear(id, seen!);
    const newer = await stored();
    expect([null, seen]).not.toContain(newer);
    expect(await other.pending(id, 0)).toBe(newer);
  });

  it('asks the database only where nothing is known, or nothing recent enough', async () => {
    const marks = openMarks();
    expect(await marks.pending(id, 60_000)).toBeNull();
    expect(commands).toEqual(['find']);
    expect(await marks.pending(id, 60_000)).toBeNull();
    expect(commands).toEqual(['find']);
    await marks.pending(id, 0);
    expect(commands).toEqual(['find', 'find']);
  });

  it('asks once for all calls that end together, the database being slow or away', async () => {
    const marks = openMarks();
    await marks.pending(id, 1_000);
    await sleep(1_010);
    commands = [];
    await Promise.all(Array.from({ length: 50 }, () => marks.pending(id, 1_000)));
    expect(commands).toEqual(['find']);
  });

  it('leaves whatever else the gate holds as it is', async () => {
    const suppressUntil = new Date();
    await gates.updateOne({ _id: id.toHexString() }, { $set: { suppressUntil } }, { upsert: true });
    await openMarks().set(id);
    expect(await gates.findOne({ _id: id.toHexString() })).toMatchObject({ suppressUntil, integrationId: id });
  });
});
