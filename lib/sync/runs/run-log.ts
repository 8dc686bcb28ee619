import type { Types } from 'mongoose';
import { maxEmbeddedRequests, type EmbedsRequests } from '../../../schemas/embedded-request.js';
import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { IntegrationLogFields } from '../../../schemas/integration-log.js';
import { isDuplicateKey } from '../../failures/duplicate-key.js';
import { announceOperation, type OperationParts } from '../../operations/log-operation.js';
import type { SyncRun } from './run-collection.js';

/** How the operation of a run ended. */
export type RunLogEnd = Pick<IntegrationLogFields, 'status' | 'summary' | 'resultData' | 'error'> &
  Partial<Pick<IntegrationLogFields, 'durationMs'>>;

/** The operation log of a run, which bears its id. */
export interface RunLog {
  /** Stores it as `processing`, unless an earlier listing of the run has, and emits `operationStarted` then. */
  open(integration: IntegrationDocument, run: SyncRun): Promise<void>;
  /** Adds the calls that a listing has made. */
  addRequests(runId: Types.ObjectId, calls: EmbedsRequests): Promise<void>;
  /** Stores how it ended; what comes back emits the event of its status, if that is another one now. */
  close(integration: IntegrationDocument, runId: Types.ObjectId, end: RunLogEnd): Promise<() => void>;
  /** Stores, instead of all that, that there was nothing to do. */
  skip(integration: IntegrationDocument, run: SyncRun, summary: string): Promise<void>;
}

export function createRunLog(parts: OperationParts): RunLog {
  const { model } = parts;
  const writeConcern = { w: 1, j: parts.journal };
  const { collection } = model;

  /** Null: it is there already. */
  async function insert(integration: IntegrationDocument, run: SyncRun, status: string, summary: string | null) {
    const log = new model({ ...fieldsOf(integration, run), status, summary });
    try {
      return await log.save(writeConcern);
    } catch (error) {
      if (isDuplicateKey(error)) return null;
      throw error;
    }
  }

  return {
    async open(integration, run) {
      const log = await insert(integration, run, 'processing', null);
      if (log !== null) announceOperation(parts, integration, log);
    },
    async addRequests(_id, { requests, requestCount }) {
      if (requestCount === 0) return;
      const $push = { requests: { $each: requests, $slice: maxEmbeddedRequests } };
      await model.updateOne({ _id }, { $push, $inc: { requestCount } }, { writeConcern });
    },
    async close(integration, _id, end) {
      const fields = { ...end, updatedAt: new Date() };
      const before = await collection.findOneAndUpdate({ _id }, { $set: fields }, { writeConcern });
      // It may have been pruned, or deleted with its integration.
      if (before === null || before.status === end.status) return () => undefined;
      return () => announceOperation(parts, integration, model.hydrate({ ...before, ...fields }));
    },
    async skip(integration, run, summary) {
      if ((await insert(integration, run, 'skipped', summary)) !== null) return;
      await model.updateOne({ _id: run._id }, { status: 'skipped', summary }, { writeConcern });
    },
  };
}

function fieldsOf(integration: IntegrationDocument, { _id, mode, trigger }: SyncRun): Partial<IntegrationLogFields> {
  return {
    _id,
    integrationId: integration._id,
    operation: 'sync',
    direction: 'outbound',
    metadata: { mode, trigger },
    attempt: integration.consecutiveSyncFailures + 1,
  };
}
