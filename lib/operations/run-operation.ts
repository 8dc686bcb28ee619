import type { IntegrationDocument } from '../../schemas/integration.js';
import type { OperationInput, OperationReport, OperationWork } from '../../schemas/operation-input.js';
import type { IntegrationLogDocument, IntegrationLogFields } from '../../schemas/integration-log.js';
import { runWithin } from '../context.js';
import { integrationIdentity } from '../integration-identity.js';
import { announceOperation, logOperation, reportedFields, type OperationParts } from './log-operation.js';
import { createRequestCollector } from './request-collector.js';

/**
 * Runs `work` as an operation: logged as `processing` before, as `success` or `failed` after, with its duration and the
 * calls made meanwhile. What `work` throws is thrown on.
 */
export async function runOperation<T>(
  parts: OperationParts,
  integration: IntegrationDocument,
  input: OperationInput,
  work: OperationWork<T>,
): Promise<T> {
  const clock = performance.now();
  const log = await logOperation(parts, integration, { ...input, status: 'processing' });
  const calls = createRequestCollector();
  let reported: OperationReport = {};
  const report = (facts: OperationReport): void => {
    reported = { ...reported, ...facts };
  };
  const end = async (outcome: (knownSecrets: readonly string[]) => Partial<IntegrationLogFields>): Promise<void> => {
    const durationMs = Math.round(performance.now() - clock);
    const knownSecrets = await parts.knownSecrets(integration);
    await endOperation(parts, integration, log, () => ({
      ...reportedFields(parts, reported, knownSecrets),
      ...calls.collected(),
      ...outcome(knownSecrets),
      durationMs,
    }));
  };
  const surroundings = {
    integration: integrationIdentity(integration),
    operation: { operation: input.operation, logId: log._id, noteRequest: calls.note },
  };
  let result: T;
  try {
    result = await runWithin(surroundings, () => work({ log, report }));
  } catch (error) {
    await end((knownSecrets) => ({ status: 'failed', error: parts.toStoredError(error, knownSecrets) }));
    throw error;
  }
  await end(() => ({ status: 'success' }));
  return result;
}

/** The work is done by now, whatever becomes of its log: a failure to store it is logged and goes no further. */
async function endOperation(
  parts: OperationParts,
  integration: IntegrationDocument,
  log: IntegrationLogDocument,
  fields: () => Partial<IntegrationLogFields>,
): Promise<void> {
  try {
    log.set(fields());
    await log.save({ w: 1, j: parts.journal });
    announceOperation(parts, integration, log);
  } catch (error) {
    parts.logger.error('The log of an operation could not be completed.', { logId: log._id.toHexString(), error });
  }
}
