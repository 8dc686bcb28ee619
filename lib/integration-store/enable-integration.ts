import type { IntegrationDocument } from '../../schemas/integration.js';
import type { IdOrDocument } from '../types/polymorphic.js';
import { afterCommit } from '../after-commit.js';
import { findIntegrationOrFail } from './find-integration.js';
import { integrationId, integrationNotFound } from './integration-id.js';
import type { StoreDependencies } from './store-dependencies.js';
import { writeOptions } from '../durable-write.js';
import type { SessionOption } from '../types/session-option.js';

const enabled = { isActive: true, healthStatus: 'healthy', consecutiveFailures: 0 } as const;

/** What was switched off is synced at once, or when its cron expression says; what was on keeps its schedule. */
const nextSyncAt = { $cond: ['$isActive', '$nextSyncAt', null] };

/**
 * Switches an integration on, with a clean record of health, in one write; `lastErrorAt` stays. Its schedule begins
 * anew where it was switched off. Emits `integrationHealthChanged` where it was not healthy before.
 *
 * @throws IntegrationError `INTEGRATION_NOT_FOUND`
 */
export async function enableIntegration(
  dependencies: StoreDependencies,
  target: IdOrDocument,
  options: SessionOption = {},
): Promise<IntegrationDocument> {
  const { models, emit, health } = dependencies;
  const _id = integrationId(target);
  if (_id === null) throw integrationNotFound(target);
  const before = await models.Integration.findOneAndUpdate({ _id }, [{ $set: { ...enabled, nextSyncAt } }], {
    ...writeOptions(options),
    returnDocument: 'before',
    updatePipeline: true,
  });
  if (before === null) throw integrationNotFound(target);
  const integration = await findIntegrationOrFail(dependencies, _id, options);
  const { healthStatus: previousStatus } = before;
  const newStatus = enabled.healthStatus;
  let agreed: Promise<void> | undefined;
  afterCommit(
    options.session,
    async () => (await models.Integration.exists({ _id, ...enabled })) !== null,
    () => {
      if (previousStatus !== newStatus) {
        emit('integrationHealthChanged', () => ({ integration, previousStatus, newStatus }));
      }
      agreed = health.afterEnabling(integration);
    },
  );
  // In a transaction that is later.
  await agreed;
  return integration;
}
