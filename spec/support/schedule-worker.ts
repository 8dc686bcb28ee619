/**
 * A process that ticks, over and over, as fast as it can. Asked for anything, it answers with the jobs that it has
 * enqueued since. Settings: the database's `uri`, and where it is to die: when it has begun a run (`begun`), or when it
 * has moved the date (`moved`).
 */
import mongoose from 'mongoose';
import { createIntegrations } from '../../lib/index.js';
import { createBatchStore } from '../../lib/sync/items/batch-store.js';
import { createRunStore } from '../../lib/sync/runs/run-store.js';
import { createSchedule } from '../../lib/sync/schedule/create-schedule.js';
import type { JobQueue } from '../../lib/types/job-queue.js';
import { syncingProvider } from './syncing-provider.js';

export interface ScheduleWorkerSettings {
  readonly uri: string;
  readonly diesWhen?: 'begun' | 'moved';
}

/** What it answers. */
export interface ScheduleReport {
  readonly jobs: readonly { readonly name: string; readonly runId: string | undefined }[];
}

const { uri, diesWhen } = JSON.parse(process.argv[2] ?? '{}') as ScheduleWorkerSettings;
const leaseMs = 60_000;
const connection = await mongoose.createConnection(uri).asPromise();
const { models, providers } = createIntegrations({
  connection,
  encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 7).toString('base64') }],
  logger: false,
  providers: { syncing: syncingProvider },
});
const runs = createRunStore({ model: models.IntegrationSyncRun, leaseMs, deferWindowMs: leaseMs });

let jobs: { name: string; runId: string | undefined }[] = [];
const queue: JobQueue = {
  enqueue(name, { runId }) {
    if (diesWhen === 'moved') process.kill(process.pid, 'SIGKILL');
    jobs.push({ name, runId });
    return Promise.resolve();
  },
};
const nothing = () => undefined;
const schedule = createSchedule({
  models,
  registry: providers,
  settings: { jitter: 0.1 },
  listensTo: () => true,
  runs: {
    async begin(integration, order) {
      const begun = await runs.begin(integration, order);
      if (diesWhen === 'begun') process.kill(process.pid, 'SIGKILL');
      return begun;
    },
  },
  batches: createBatchStore({ models, leaseMs }),
  jobs: queue,
  logger: { error: console.error, warn: nothing, info: nothing, debug: nothing },
});

process.on('message', () => {
  const report: ScheduleReport = { jobs };
  jobs = [];
  process.send?.(report);
});
process.send?.({});
const { signal } = new AbortController();
for (;;) await schedule.tick(signal);
