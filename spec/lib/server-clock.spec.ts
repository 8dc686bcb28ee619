import mongoose from 'mongoose';
import { afterEach, beforeAll, afterAll, expect, it, vi } from 'vitest';
import { createServerClock } from '../../lib/server-clock.js';
import { useDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';

const database = useDatabase();
const connection = mongoose.createConnection();
let asked = 0;

beforeAll(async () => {
  await connection.openUri(database.uri, { monitorCommands: true });
  connection.getClient().on('commandStarted', ({ commandName }) => {
    if (commandName === 'hello') asked += 1;
  });
});
afterAll(() => connection.close());
afterEach(() => {
  vi.useRealTimers();
});

it('tells the time of the server, whatever the clock of this process says', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 0 });
  const clock = createServerClock(connection);
  const before = await serverTime();
  const now = await clock.now();
  const after = await serverTime();
  expect(now).toBeGreaterThanOrEqual(before - 1_000);
  expect(now).toBeLessThanOrEqual(after + 1_000);
});

it('asks once for many', async () => {
  const clock = createServerClock(connection);
  const before = asked;
  await Promise.all(Array.from({ length: 50 }, () => clock.now()));
  const after = asked;
  for (let n = 0; n < 50; n += 1) await clock.now();
  expect(after - before).toBeLessThanOrEqual(3);
  expect(asked).toBe(after);
});

it('goes on between questions', async () => {
  const clock = createServerClock(connection);
  const first = await clock.now();
  await waitFor(async () => expect(await clock.now()).toBeGreaterThan(first));
});

it('asks again after a while, and keeps nobody waiting for it', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const clock = createServerClock(connection);
  const first = await clock.now();
  const before = asked;
  vi.advanceTimersByTime(61_000);
  expect(await clock.now()).toBeGreaterThanOrEqual(first + 61_000);
  vi.useRealTimers();
  await waitFor(() => expect(asked).toBe(before + 3));
});

it('does not remember that nobody answered', async () => {
  const later = mongoose.createConnection();
  const clock = createServerClock(later);
  await expect(clock.now()).rejects.toThrow('There is no connection.');
  await later.openUri(database.uri);
  expect(Math.abs((await clock.now()) - (await serverTime()))).toBeLessThan(2_000);
  await later.close();
});

async function serverTime(): Promise<number> {
  const { localTime } = (await connection.db!.command({ hello: 1 })) as unknown as { localTime: Date };
  return localTime.getTime();
}
