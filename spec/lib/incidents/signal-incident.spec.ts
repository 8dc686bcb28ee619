import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { IntegrationDocument } from '../../../lib/index.js';
import { signalIncident, type IncidentSignal } from '../../../lib/incidents/signal-incident.js';
import type { IntegrationIncidentDocument } from '../../../schemas/integration-incident.js';
import { useDatabase } from '../../support/database.js';
import type { HealthAnswer, HealthTask } from '../../support/health-worker.js';
import { useHttpServer } from '../../support/http-server.js';
import { localToken, useLocalInstance } from '../../support/local-instance.js';
import { useProcesses } from '../../support/processes.js';
import type { WorkerProcess } from '../../support/worker-process.js';

const database = useDatabase();
const local = useLocalInstance(database, useHttpServer());
const processes = useProcesses('health-worker.ts');

let integration: IntegrationDocument;
let emitted: { readonly name: string; readonly incident: IntegrationIncidentDocument }[];

beforeEach(async () => {
  integration = await local.integrations.create({ provider: 'local', name: 'Own', credentials: { token: localToken } });
  emitted = [];
});

const emit = (name: string, payload: () => object) =>
  void emitted.push({ name, ...(payload() as { incident: IntegrationIncidentDocument }) });

function signal(source: IncidentSignal['source'], severity: IncidentSignal['severity']): Promise<void> {
  return signalIncident({ model: local.integrations.models.IntegrationIncident, events: { emit } }, integration, {
    source,
    severity,
  });
}

const all = () => local.integrations.models.IntegrationIncident.find({ integrationId: integration._id });
const only = async () => {
  const [incident, ...others] = await all();
  expect(others).toEqual([]);
  return incident!;
};

describe('a signal about an integration', () => {
  it('opens an incident, and tells of it', async () => {
    const before = Date.now();
    await signal('circuit', 'major');
    const incident = await only();
    expect(incident).toMatchObject({
      integrationId: integration._id,
      status: 'open',
      severity: 'major',
      peakSeverity: 'major',
      closedAt: null,
      closeReason: null,
    });
    expect(incident.sources).toMatchObject({ health: null, circuit: 'major', staleness: null });
    for (const time of ['openedAt', 'lastSignalAt', 'createdAt', 'updatedAt'] as const) {
      expect(Math.abs(incident[time].getTime() - before)).toBeLessThan(10_000);
    }
    expect(emitted).toMatchObject([{ name: 'incidentOpened', integration, incident: { id: incident.id } }]);
  });

  it('folds into the open incident, which gets as bad as the worst of it', async () => {
    await signal('health', 'warning');
    await signal('staleness', 'warning');
    await signal('circuit', 'major');
    await signal('health', 'critical');
    expect(await only()).toMatchObject({ severity: 'critical', peakSeverity: 'critical' });
    expect(emitted).toHaveLength(1);
  });

  it('that one thing is well leaves the rest, and remembers the peak', async () => {
    await signal('health', 'critical');
    await signal('staleness', 'warning');
    await signal('health', null);
    const incident = await only();
    expect(incident).toMatchObject({ status: 'open', severity: 'warning', peakSeverity: 'critical' });
    expect(incident.sources).toMatchObject({ health: null, staleness: 'warning' });
  });

  it('that the last thing is well closes the incident, and tells of it', async () => {
    await signal('health', 'major');
    await signal('circuit', 'warning');
    await signal('health', null);
    await signal('circuit', null);
    const incident = await only();
    expect(incident).toMatchObject({
      status: 'closed',
      closeReason: 'recovered',
      severity: 'warning',
      peakSeverity: 'major',
      closedAt: expect.any(Date),
    });
    expect(emitted.map(({ name }) => name)).toEqual(['incidentOpened', 'incidentClosed']);
    expect(emitted[1]!.incident).toMatchObject({ id: incident.id, status: 'closed' });
  });

  it('opens another incident after that', async () => {
    for (let time = 0; time < 2; time += 1) {
      await signal('health', 'warning');
      await signal('health', null);
    }
    expect(await all()).toHaveLength(2);
    expect(emitted).toHaveLength(4);
  });

  it('that all is well writes nothing where nothing was wrong', async () => {
    await signal('health', null);
    expect(await all()).toEqual([]);
    await signal('circuit', 'major');
    const before = (await only()).toObject();
    await signal('health', null);
    expect((await only()).toObject()).toEqual(before);
  });
});

describe('four processes that signal at once', () => {
  let workers: WorkerProcess[];

  beforeAll(async () => {
    const settings = { uri: database.uri, integrationId: local.integration.id };
    workers = await Promise.all(Array.from({ length: 4 }, () => processes.start(settings)));
  }, 60_000);

  it('have one open incident, which is opened once and closed once', async () => {
    const sources = ['health', 'circuit', 'staleness', 'health'] as const;
    const say = async (severity: IncidentSignal['severity']) => {
      const tasks = sources.map((source): HealthTask => ({ signal: { source, severity } }));
      const answers = await Promise.all(tasks.map((task, index) => workers[index]!.ask(task) as Promise<HealthAnswer>));
      expect(answers.flatMap(({ warnings }) => warnings)).toEqual([]);
      return answers.flatMap(({ events }) => events);
    };
    const { incidents } = local.integrations;
    for (let round = 1; round <= 25; round += 1) {
      expect(await say('major')).toEqual(['incidentOpened']);
      expect(await incidents.list({ integration: local.integration, status: 'open' })).toHaveLength(1);
      expect(await say(null)).toEqual(['incidentClosed']);
      expect(await incidents.list({ integration: local.integration })).toHaveLength(round);
    }
  });
});
