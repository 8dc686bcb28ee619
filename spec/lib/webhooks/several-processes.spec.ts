import { describe, expect, it } from 'vitest';
import { useDatabase } from '../../support/database.js';
import { useProcesses } from '../../support/processes.js';
import { useSendersIntegration } from '../../support/senders-integration.js';
import type { WebhookWorkerSettings, WorkerBody } from '../../support/webhook-worker.js';
import type { WorkerProcess } from '../../support/worker-process.js';
import { waitFor } from '../../support/wait-for.js';

const database = useDatabase();
const workers = useProcesses('webhook-worker.ts');
const integration = useSendersIntegration(database);

interface Handled {
  readonly name: string;
  readonly begunAt: number;
  readonly endedAt: number | null;
}

function fleetOf(size: number, webhooks?: WebhookWorkerSettings['webhooks']): Promise<WorkerProcess[]> {
  const settings = { uri: database.uri, integrationId: integration().id, webhooks };
  return Promise.all(Array.from({ length: size }, () => workers.start(settings)));
}

const bodies = (prefix: string, count: number, more: Partial<WorkerBody> = {}): WorkerBody[] =>
  Array.from({ length: count }, (_, index) => ({ name: `${prefix}-${String(index).padStart(3, '0')}`, ...more }));
const names = (list: readonly WorkerBody[]) => list.map(({ name }) => name);
const sink = (prefix: string) =>
  database.connection
    .collection<Handled>('sink')
    .find({ name: { $regex: `^${prefix}-` } })
    .sort({ begunAt: 1 })
    .toArray();
const stored = (prefix: string) =>
  database.connection
    .collection('integration_webhooks')
    .find({ deliveryId: { $regex: `^${prefix}-` } })
    .sort({ createdAt: 1, _id: 1 })
    .toArray();
const statusesOf = async (prefix: string) => (await stored(prefix)).map(({ status }) => status as string);
const settled = (prefix: string, count: number) =>
  waitFor(async () => expect(await statusesOf(prefix)).toEqual(Array.from({ length: count }, () => 'processed')), {
    timeout: 40_000,
    interval: 50,
  });

describe('a process that is killed', () => {
  it('loses nothing that it stored: another one handles the rest', async () => {
    const [doomed, heir] = await fleetOf(2);
    const [first, second] = [bodies('doomed', 40, { wait: 100 }), bodies('heir', 10, { wait: 10 })];
    expect(await doomed!.ask({ bodies: first })).toEqual(names(first));
    await heir!.ask({ bodies: second });
    await waitFor(async () => expect((await sink('doomed')).length).toBeGreaterThanOrEqual(7), { interval: 10 });
    await doomed!.end();
    await settled('doomed', 40);
    await settled('heir', 10);
    const handled = await sink('doomed');
    expect(new Set(handled.map(({ name }) => name)).size).toBe(40);
    expect(handled.length).toBeLessThan(80);
  }, 90_000);

  it('holds up those with the same ordering key no longer than its lease', async () => {
    const [doomed, heir] = await fleetOf(2);
    const first = bodies('orderly', 6, { wait: 50 });
    await doomed!.ask({ bodies: first, key: 'orderly' });
    await waitFor(async () => expect((await sink('orderly')).length).toBeGreaterThanOrEqual(2), { interval: 5 });
    await doomed!.end();
    await heir!.ask({ bodies: [{ name: 'orderly-last' }], key: 'orderly' });
    await settled('orderly', 7);
    const ended = (await sink('orderly')).filter(({ endedAt }) => endedAt !== null).map(({ name }) => name);
    expect([...new Set(ended)]).toEqual([...names(first), 'orderly-last']);
  }, 90_000);
});

describe('webhooks with the same ordering key', () => {
  it('are handled one after the other by several processes, in the order in which they came', async () => {
    const fleet = await fleetOf(3);
    const all = bodies('turn', 30, { wait: 15 });
    for (const [index, body] of all.entries()) await fleet[index % 3]!.ask({ bodies: [body], key: 'turn' });
    await settled('turn', 30);
    const handled = await sink('turn');
    const inOrder = (await stored('turn')).map(({ deliveryId }) => deliveryId as string);
    expect(handled.map(({ name }) => name)).toEqual(inOrder);
    for (const [index, { begunAt }] of handled.entries()) {
      expect(begunAt).toBeGreaterThanOrEqual(handled[index - 1]?.endedAt ?? 0);
    }
  }, 90_000);

  it('wait for one that is tried again', async () => {
    const fleet = await fleetOf(2);
    const [first, second, third] = bodies('again', 3);
    await fleet[0]!.ask({ bodies: [{ ...first!, failures: 2 }], key: 'again' });
    await fleet[1]!.ask({ bodies: [second], key: 'again' });
    await fleet[0]!.ask({ bodies: [third], key: 'again' });
    await settled('again', 3);
    expect((await sink('again')).map(({ name }) => name)).toEqual([
      ...['again-000', 'again-000', 'again-000', 'again-001', 'again-002'],
    ]);
  }, 60_000);
});

describe('processes that do not handle what they receive', () => {
  it('leave it to any that runs jobs', async () => {
    const [one] = await fleetOf(2, { processIn: 'worker' });
    const all = bodies('left', 60, { wait: 5 });
    await one!.ask({ bodies: all });
    await settled('left', 60);
    expect((await sink('left')).length).toBe(60);
  }, 60_000);
});
