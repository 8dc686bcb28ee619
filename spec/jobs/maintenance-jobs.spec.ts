import { afterEach, describe, expect, it, vi } from 'vitest';
import { maintenanceJobs } from '../../jobs/maintenance-jobs.js';
import { createIntegrations, type IntegrationsOptions } from '../../lib/index.js';
import { useDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';

const database = useDatabase();
const opened: { close(): Promise<void> }[] = [];

function open(options: Partial<IntegrationsOptions> = {}) {
  const integrations = createIntegrations({
    connection: database.connection,
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 3).toString('base64') }],
    logger: false,
    ...options,
  });
  opened.push(integrations);
  return integrations;
}

afterEach(async () => {
  for (const integrations of opened.splice(0)) await integrations.close();
});

const jobsOf = (prefix: string) => database.connection.collection(`${prefix}_jobs`);
const maintenance = [
  'integrations.check-failure-rate',
  'integrations.check-staleness',
  'integrations.close-stale-incidents',
  'integrations.prune',
  'integrations.prune-jobs',
  'integrations.sweep-idempotency-keys',
];

it.each([
  ['integrations.check-failure-rate', 60, 'checkFailureRate'],
  ['integrations.check-staleness', 300, 'checkStaleness'],
  ['integrations.close-stale-incidents', 3_600, 'closeStaleIncidents'],
  ['integrations.sweep-idempotency-keys', 60, 'sweepIdempotencyKeys'],
  ['integrations.prune', 3_600, 'prune'],
] as const)('%s runs every %i seconds, and calls %s()', async (name, everySeconds, service) => {
  const ports = {
    checkFailureRate: vi.fn(() => Promise.resolve()),
    checkStaleness: vi.fn(() => Promise.resolve()),
    closeStaleIncidents: vi.fn(() => Promise.resolve()),
    sweepIdempotencyKeys: vi.fn(() => Promise.resolve()),
    prune: vi.fn(() => Promise.resolve()),
  };
  const job = maintenanceJobs(ports).find((definition) => definition.name === name);
  expect(job).toMatchObject({ everySeconds, concurrency: 1 });
  await job!.run({}, { signal: new AbortController().signal });
  const called = Object.entries(ports).filter(([, port]) => port.mock.calls.length > 0);
  expect(called.map(([port]) => port)).toEqual([service]);
});

describe('an instance', () => {
  it('has them made by start(), and run when they are due', async () => {
    const integrations = open();
    await integrations.start();
    const stored = jobsOf('integration');
    const due = { name: { $in: maintenance } };
    await expect(stored.countDocuments({ ...due, type: 'single' })).resolves.toBe(maintenance.length);
    await stored.updateMany(due, { $set: { nextRunAt: new Date() } });
    await waitFor(
      async () =>
        expect(await stored.countDocuments({ ...due, lastFinishedAt: { $ne: null } })).toBe(maintenance.length),
      { timeout: 10_000 },
    );
    await expect(stored.countDocuments({ failCount: { $gt: 0 } })).resolves.toBe(0);
  });

  it('has them made and run by runDue(), without a start()', async () => {
    const integrations = open({ prefix: 'cron' });
    await integrations.runDue();
    await jobsOf('cron').updateMany({ name: { $in: maintenance } }, { $set: { nextRunAt: new Date() } });
    const { jobs, failed, isDone } = await integrations.runDue();
    expect(jobs).toBeGreaterThanOrEqual(maintenance.length);
    expect({ failed, isDone }).toEqual({ failed: 0, isDone: true });
  });

  it('runs none in a process that only enqueues', async () => {
    const integrations = open({ prefix: 'web', jobs: { enabled: false } });
    await integrations.start();
    expect(integrations.agenda.isActiveJobProcessor()).toBe(false);
    await expect(jobsOf('web').countDocuments({ name: { $in: maintenance } })).resolves.toBe(maintenance.length);
  });

  it('runs nothing any more after stop()', async () => {
    const integrations = open({ prefix: 'stopped' });
    await integrations.start();
    await integrations.stop();
    expect(integrations.agenda.isActiveJobProcessor()).toBe(false);
    await expect(integrations.runDue()).rejects.toMatchObject({ code: 'INSTANCE_STOPPED' });
  });
});
