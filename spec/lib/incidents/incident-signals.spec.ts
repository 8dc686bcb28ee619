import { beforeEach, describe, expect, it } from 'vitest';
import { createIncidentSignals } from '../../../lib/incidents/incident-signals.js';
import type { IntegrationDocument } from '../../../lib/index.js';
import type { IncidentSeverity } from '../../../schemas/integration-incident.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localToken, useLocalInstance } from '../../support/local-instance.js';
import { memoryLogger } from '../../support/memory-logger.js';

const local = useLocalInstance(useDatabase(), useHttpServer());
const logger = memoryLogger();
let integration: IntegrationDocument;

beforeEach(async () => {
  integration = await local.integrations.create({ provider: 'local', name: 'Own', credentials: { token: localToken } });
  logger.lines.length = 0;
});

const signals = () =>
  createIncidentSignals({
    model: local.integrations.models.IntegrationIncident,
    events: { emit: () => undefined },
    logger,
  });
const open = () => local.integrations.incidents.current(integration);

describe('a signal', () => {
  it('is corrected where it has been overtaken by what it was about', async () => {
    // Somebody else has set the health right, and said so, before this signal was stored.
    await signals().signal(integration, 'health', 'major', async () => null);
    expect(await open()).toBeNull();
    const worse: IncidentSeverity[] = ['major', 'critical'];
    await signals().signal(integration, 'health', 'warning', async () => worse.shift() ?? 'critical');
    expect(await open()).toMatchObject({ severity: 'critical' });
  });

  it('gives up on what changes on and on', async () => {
    let questions = 0;
    await signals().signal(integration, 'health', 'warning', async () => {
      questions += 1;
      return questions % 2 === 0 ? 'warning' : 'major';
    });
    expect(questions).toBeLessThan(10);
  });

  it('that cannot be stored is logged, and goes no further', async () => {
    const error = new Error('Away');
    await signals().signal(integration, 'health', 'major', () => Promise.reject(error));
    expect(logger.lines).toMatchObject([{ level: 'warn', meta: { integrationId: integration.id, error } }]);
  });
});

describe('a reminder', () => {
  it('opens what a process that died has not opened, and is given once an hour', async () => {
    const own = signals();
    await own.remind(integration, 'health', 'major');
    const first = await open();
    expect(first).toMatchObject({ severity: 'major' });
    await own.remind(integration, 'health', 'major');
    expect((await open())?.lastSignalAt).toEqual(first?.lastSignalAt);
    await signals().remind(integration, 'health', 'major');
    expect((await open())?.lastSignalAt.getTime()).toBeGreaterThanOrEqual(first!.lastSignalAt.getTime());
    expect(await local.integrations.incidents.list({ integration })).toHaveLength(1);
  });
});
