import { describe, expect, it } from 'vitest';
import { gateCollection } from '../../../lib/gates/gate-collection.js';
import { createGateViews } from '../../../lib/gates/gate-views.js';
import { RateLimit } from '../../../lib/index.js';
import { createRateBudget } from '../../../lib/rate-limits/rate-budget.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useLocalInstance } from '../../support/local-instance.js';
import { memoryLogger } from '../../support/memory-logger.js';
import { createPipelineFixture } from '../requests/pipeline-fixture.js';

const upstream = useHttpServer();
const database = useDatabase();
const local = useLocalInstance(database, upstream, { prefix: 'unsent' });

describe('an attempt that is refused when it has its token', () => {
  it('uses none: another attempt gets it', async () => {
    const { models, providers: registry } = local.integrations;
    const collection = gateCollection(models.IntegrationGate);
    const views = createGateViews(collection);
    const settings = { maxWaitSeconds: 0 };
    const budget = createRateBudget({ collection, views, models, registry, settings, logger: memoryLogger() });
    let isOpen = true;
    const circuit = {
      admit: async () => ({ settle: async () => undefined }),
      confirm: async () => {
        if (isOpen) throw new Error('The circuit is open');
      },
    };
    const provider = { defaultRateLimit: () => RateLimit.perMinute(1) };
    const { at } = createPipelineFixture({ provider, budget, circuit });
    for (let call = 0; call < 3; call += 1) await expect(at('sdk').post(() => 'sent')).rejects.toThrow('is open');
    isOpen = false;
    await expect(at('sdk').post(() => 'sent')).resolves.toBe('sent');
    await expect(at('sdk').post(() => 'sent')).rejects.toMatchObject({ code: 'RATE_LIMIT_EXCEEDED' });
    await budget.stop();
  });
});
