import { afterEach, expect, it } from 'vitest';
import type { IntegrationWebhookFields } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useProcesses } from '../../support/processes.js';
import { useSendersIntegration } from '../../support/senders-integration.js';
import type { WorkerBody } from '../../support/webhook-worker.js';
import type { WorkerProcess } from '../../support/worker-process.js';
import { waitFor } from '../../support/wait-for.js';

const database = useDatabase();
const processes = useProcesses('webhook-worker.ts');
const workers: WorkerProcess[] = [];
const integration = useSendersIntegration(database);

// What one does must not be seen in the next test.
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.end()));
  await webhooks().deleteMany({});
});

const webhooks = () => database.connection.collection<IntegrationWebhookFields>('integration_webhooks');
const stored = () => webhooks().find().sort({ createdAt: 1, _id: 1 }).toArray();
const begun = (name: string) =>
  database.connection.collection<{ readonly endedAt: number | null }>('sink').find({ name }).toArray();

async function startAll(size: number, tries: number): Promise<WorkerProcess[]> {
  const settings = { uri: database.uri, integrationId: integration().id, webhooks: { tries } };
  workers.push(...(await Promise.all(Array.from({ length: size }, () => processes.start(settings)))));
  return workers;
}

it('a process that stood still for longer than its lease changes nothing of what another one has done', async () => {
  const [sleeper, other] = (await startAll(2, 1)) as [WorkerProcess, WorkerProcess];
  const onlyOnce: WorkerBody = { name: 'still', wait: 200, onlyOnce: true };
  await sleeper.ask({ bodies: [onlyOnce] });
  await waitFor(async () => expect(await begun('still')).toHaveLength(1), { interval: 5 });
  sleeper.kill('SIGSTOP');
  await waitFor(async () => expect(await stored()).toMatchObject([{ status: 'failed' }]), { timeout: 20_000 });
  await other.end();
  const [failed] = await stored();
  sleeper.kill('SIGCONT');
  await waitFor(
    async () => {
      const all = await begun('still');
      expect(all).toHaveLength(2);
      expect(all.every(({ endedAt }) => endedAt !== null)).toBe(true);
    },
    { timeout: 10_000 },
  );
  // Results are written in order: that of the first one was, when this one is.
  await sleeper.ask({ bodies: [{ name: 'awake' }] });
  await waitFor(async () => expect((await stored())[1]).toMatchObject({ status: 'processed' }), { timeout: 10_000 });
  expect((await stored())[0]).toEqual(failed);
}, 60_000);

it('a webhook that its process dies of fails in the end, and no other one that ran at the same time', async () => {
  const tries = 2;
  const innocent = Array.from({ length: 20 }, (_, index) => ({ name: `innocent-${index}`, wait: 50 }));
  const fleet = await startAll(tries + 2, tries);
  fleet[0]!.send({ bodies: [...innocent.slice(0, 3), { name: 'poison', crashes: true }] });
  fleet[1]!.send({ bodies: innocent.slice(3) });
  await waitFor(
    async () => {
      const all = await stored();
      expect(all.length).toBeGreaterThanOrEqual(innocent.length);
      expect(all.filter(({ status }) => status === 'pending' || status === 'processing')).toEqual([]);
    },
    { timeout: 40_000, interval: 50 },
  );
  expect((await stored()).filter(({ status }) => status !== 'processed')).toMatchObject([
    { deliveryId: 'poison', status: 'failed', crashes: tries, error: { code: 'WEBHOOK_PROCESS_CRASH' } },
  ]);
  expect(await begun('poison')).toHaveLength(1 + tries);
}, 60_000);
