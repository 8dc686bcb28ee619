import { beforeAll, describe, expect, it } from 'vitest';
import { useDatabase } from '../../support/database.js';
import type { HealthAnswer, HealthTask } from '../../support/health-worker.js';
import { useHttpServer } from '../../support/http-server.js';
import { useLocalInstance } from '../../support/local-instance.js';
import { useProcesses } from '../../support/processes.js';
import type { WorkerProcess } from '../../support/worker-process.js';

const database = useDatabase();
const upstream = useHttpServer();
const local = useLocalInstance(database, upstream);
const processes = useProcesses('health-worker.ts');

/** Slow machines take their time to start four processes. */
const startTimeoutMs = 60_000;
let workers: WorkerProcess[];

beforeAll(async () => {
  const settings = { uri: database.uri, integrationId: local.integration.id };
  workers = await Promise.all(Array.from({ length: 4 }, () => processes.start(settings)));
}, startTimeoutMs);

/** What four processes say, all at the same time. */
async function ask(...tasks: HealthTask[]): Promise<string[]> {
  const answers = await Promise.all(
    workers.map((worker, index) => worker.ask(tasks[index] ?? tasks[0]!) as Promise<HealthAnswer>),
  );
  expect(answers.flatMap(({ warnings }) => warnings)).toEqual([]);
  return answers.flatMap(({ events }) => events).sort();
}

const stored = () => local.integrations.findOrFail(local.integration._id);
const incidents = () => local.integrations.incidents.list({ integration: local.integration });

describe('the health that four processes count together', () => {
  it('passes each threshold once, and is told by one of them', async () => {
    const events = await ask({ failures: 15 });
    expect(await stored()).toMatchObject({ consecutiveFailures: 60, healthStatus: 'disabled', isActive: false });
    expect(events).toEqual([
      'incidentOpened',
      'integrationDisabled',
      'integrationHealthChanged degraded failing',
      'integrationHealthChanged failing disabled',
      'integrationHealthChanged healthy degraded',
    ]);
    expect(await incidents()).toMatchObject([{ status: 'open', severity: 'critical', peakSeverity: 'critical' }]);
  });

  it('stays disabled, whatever succeeds', async () => {
    expect(await ask({ successes: 10 })).toEqual([]);
    expect(await stored()).toMatchObject({ consecutiveFailures: 60, healthStatus: 'disabled', isActive: false });
  });

  it('is good again when it is enabled, and its incident over', async () => {
    await local.integrations.enable(local.integration);
    expect(await stored()).toMatchObject({ consecutiveFailures: 0, healthStatus: 'healthy', isActive: true });
    expect(await incidents()).toMatchObject([{ status: 'closed', closeReason: 'recovered' }]);
  });

  it('never comes back from disabled by a success that races with the failures', async () => {
    // Three fail faster than one succeeds: sooner or later fifty failures meet without a success in between.
    const racing: HealthTask[] = [{ successes: 40 }, { failures: 60 }, { failures: 60 }, { failures: 60 }];
    const events = [...(await ask(...racing)), ...(await ask({ failures: 15 })), ...(await ask(...racing))];
    expect(events.filter((event) => event === 'integrationDisabled')).toHaveLength(1);
    expect(events.filter((event) => event.startsWith('integrationHealthChanged disabled'))).toEqual([]);
    expect(await stored()).toMatchObject({ healthStatus: 'disabled', isActive: false });
    expect(await local.integrations.incidents.current(local.integration)).toMatchObject({ severity: 'critical' });
    await local.integrations.enable(local.integration);
  });

  it('ends where the last word was success, and the incident with it', async () => {
    const events: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      events.push(...(await ask({ failures: 3 })), ...(await ask({ successes: 1 })));
      expect(await stored()).toMatchObject({ consecutiveFailures: 0, healthStatus: 'healthy' });
      expect(await local.integrations.incidents.current(local.integration)).toBeNull();
    }
    const times = (name: string) => events.filter((event) => event === name).length;
    expect(times('integrationHealthChanged healthy degraded')).toBe(10);
    expect(times('integrationHealthChanged degraded healthy')).toBe(10);
    expect([times('incidentOpened'), times('incidentClosed')]).toEqual([10, 10]);
  });

  it('is set right by the calls of another process, which does not load its document again', async () => {
    const { integration } = local;
    await ask({ failures: 2 });
    expect(integration.consecutiveFailures).toBe(0);
    const callAndLook = async () => {
      await integration.at('/path').get();
      return stored();
    };
    await expect.poll(callAndLook, { timeout: 10_000 }).toMatchObject({
      consecutiveFailures: 0,
      healthStatus: 'healthy',
    });
  });

  it('has nothing to do with credentials that are refused, which is told once', async () => {
    expect(await ask({ refusals: 5 })).toEqual(['reauthorizationRequired']);
    expect(await stored()).toMatchObject({ authStatus: 'needsReauthorization', consecutiveFailures: 0 });
    await ask({ successes: 1 });
    expect(await stored()).toMatchObject({ authStatus: 'none' });
    expect(await ask({ refusals: 5 })).toEqual(['reauthorizationRequired']);
  });
});
