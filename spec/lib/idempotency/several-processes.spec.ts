import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { beforeAll, expect, it } from 'vitest';
import { createIntegrations } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localProvider } from '../../support/local-provider.js';
import { useProcesses } from '../../support/processes.js';
import type { WorkerProcess } from '../../support/worker-process.js';
import type { WriteOrder, WriteReport, WritesWorkerSettings } from '../../support/writes-worker.js';
import { later, until } from './ledger-fixture.js';

const database = useDatabase();
const upstream = useHttpServer();
const workers = useProcesses('writes-worker.ts');
const idempotency = { leaseSeconds: 1 };
let settings: WritesWorkerSettings;
let fleet: WorkerProcess[];
let integrations: ReturnType<typeof createIntegrations>;

beforeAll(async () => {
  integrations = createIntegrations({
    connection: database.connection,
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 4).toString('base64') }],
    logger: false,
    idempotency,
    providers: { local: localProvider(upstream) },
  });
  await integrations.start();
  const { id } = await integrations.create({ provider: 'local', name: 'Shared', credentials: { token: 'a-token' } });
  settings = { uri: database.uri, origin: upstream.origin, integrationId: id, idempotency };
  fleet = await Promise.all(Array.from({ length: 3 }, () => workers.start(settings)));
  return () => integrations.close();
}, 60_000);

const order = (worker: WorkerProcess | undefined, message: WriteOrder) => worker!.ask(message) as Promise<WriteReport>;
const find = (key: string) => integrations.models.IntegrationIdempotencyKey.findOne({ key }).lean();

it('processes that want the same write at once make it once, and all get its result', async () => {
  upstream.answer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' }).end(`charge ${upstream.received.length}`);
  });
  for (let round = 1; round <= 10; round += 1) {
    const write = randomUUID();
    const reports = await Promise.all(fleet.map((worker) => order(worker, { write, onRepeat: 'result' })));
    expect(reports).toEqual(fleet.map(() => ({ value: `charge ${round}` })));
  }
  expect(upstream.received).toHaveLength(10);
});

it('processes that want no result but their own get a conflict, all but one', async () => {
  const write = randomUUID();
  const reports = await Promise.all(fleet.map((worker) => order(worker, { write, onRepeat: 'conflict' })));
  expect(reports.filter(({ code }) => code === undefined)).toHaveLength(1);
  expect(reports.filter(({ code }) => code === 'IDEMPOTENCY_CONFLICT')).toHaveLength(2);
  expect(upstream.received).toHaveLength(1);
});

it('a process that is killed in the middle of a write leaves it unknown, and it is not made again', async () => {
  upstream.answer(() => undefined);
  const write = randomUUID();
  const doomed = await workers.start(settings);
  void later(order(doomed, { write, onRepeat: 'result' }));
  await until(() => upstream.received.length === 1);
  doomed.kill('SIGKILL');
  // Waits until the lease has run out.
  await expect(order(fleet[0], { write, onRepeat: 'result' })).resolves.toMatchObject({ state: 'unknown' });
  await expect(find(write)).resolves.toMatchObject({ state: 'unknown', unknownReason: 'lease_expired' });
  expect(upstream.received).toHaveLength(1);
});

it('a process that stands still is taken for dead, and completes its write when it goes on', async () => {
  const answers: ServerResponse[] = [];
  upstream.answer((_request, response) => answers.push(response));
  const write = randomUUID();
  const stalled = order(fleet[1], { write, onRepeat: 'result' });
  await until(() => answers.length === 1);
  fleet[1]!.kill('SIGSTOP');
  answers[0]!.writeHead(200, { 'content-type': 'text/plain' }).end('late');
  await until(async () => {
    await integrations.idempotency.sweep();
    return (await find(write))!.state === 'unknown';
  });
  fleet[1]!.kill('SIGCONT');
  await expect(stalled).resolves.toEqual({ value: 'late' });
  await expect(order(fleet[2], { write, onRepeat: 'result' })).resolves.toEqual({ value: 'late' });
});

it('a write that was refused to one process is made by another', async () => {
  upstream.answer((_request, response) => response.writeHead(upstream.received.length === 1 ? 422 : 204).end());
  const write = randomUUID();
  await expect(order(fleet[0], { write, onRepeat: 'conflict' })).resolves.toEqual({ code: 'UPSTREAM_STATUS' });
  await expect(order(fleet[1], { write, onRepeat: 'conflict' })).resolves.toEqual({ value: null });
});
