import type { IntegrationDocument } from '../../schemas/integration.js';
import type { LoggedOperation, OperationReport } from '../../schemas/operation-input.js';
import type {
  IntegrationLogDocument,
  IntegrationLogFields,
  IntegrationLogModel,
} from '../../schemas/integration-log.js';
import type { StoredError } from '../../schemas/integration-request.js';
import { afterCommit } from '../after-commit.js';
import { ambient } from '../context.js';
import type { SessionOption } from '../types/session-option.js';
import { IntegrationError } from '../errors.js';
import type { EventHub } from '../event-hub.js';
import type { IntegrationEventName } from '../events.js';
import { property } from '../failures/cause-chain.js';
import type { Redactor } from '../redaction/redactor.js';
import type { LoggerLike } from '../types/logger.js';

/** What logging an operation needs. */
export interface OperationParts {
  readonly model: IntegrationLogModel;
  readonly events: EventHub;
  readonly logger: LoggerLike;
  readonly redactor: Redactor;
  readonly toStoredError: (error: unknown, knownSecrets: readonly string[]) => StoredError;
  /** The credentials of an integration, which no log may hold; none where they do not open. Never rejects. */
  readonly knownSecrets: (integration: IntegrationDocument) => Promise<readonly string[]>;
  /** Whether writes wait for MongoDB's journal. */
  readonly journal: boolean;
}

const eventOfStatus = new Map<string, IntegrationEventName & `operation${string}`>([
  ['processing', 'operationStarted'],
  ['success', 'operationCompleted'],
  ['failed', 'operationFailed'],
]);

/**
 * Stores an operation that is over, or whose progress the caller tells by itself, and emits the event of its status: in
 * a transaction once it has been committed and the session has ended.
 */
export async function logOperation(
  parts: OperationParts,
  integration: IntegrationDocument,
  operation: LoggedOperation,
  { session = null }: SessionOption = {},
): Promise<IntegrationLogDocument> {
  const { error, parent = ambient().operation?.logId ?? null, ...input } = operation;
  const knownSecrets = await parts.knownSecrets(integration);
  const log = new parts.model({
    direction: 'outbound',
    ...input,
    ...reportedFields(parts, input, knownSecrets),
    integrationId: integration._id,
    parentId: parent !== null && '_id' in parent ? parent._id : parent,
    error: error === undefined || error === null ? null : parts.toStoredError(error, knownSecrets),
  });
  await assertValid(log);
  // In a transaction the write concern is the host's, who commits.
  await log.save(session?.inTransaction() === true ? { session } : { session, w: 1, j: parts.journal });
  afterCommit(
    session,
    async () => (await parts.model.exists({ _id: log._id })) !== null,
    () => announceOperation(parts, integration, log),
  );
  return log;
}

async function assertValid(log: IntegrationLogDocument): Promise<void> {
  try {
    await log.validate();
  } catch (cause) {
    const problems = property(cause, 'message');
    throw new IntegrationError('OPERATION_INVALID', typeof problems === 'string' ? problems : 'Invalid operation.', {
      cause,
    });
  }
}

/** Emits the event of the log's status, if it has one. */
export function announceOperation(
  parts: OperationParts,
  integration: IntegrationDocument,
  log: IntegrationLogDocument,
): void {
  announceStatus(parts, integration, log.status, () => log);
}

/** The same, where the log is made only if somebody listens. */
export function announceStatus(
  { events }: OperationParts,
  integration: IntegrationDocument,
  status: string,
  log: () => IntegrationLogDocument,
): void {
  const event = eventOfStatus.get(status);
  if (event !== undefined) events.emit(event, () => ({ integration, log: log() }));
}

/** The stored form of what an operation says about itself. */
export function reportedFields(
  { redactor }: OperationParts,
  report: OperationReport,
  knownSecrets: readonly string[],
): Partial<IntegrationLogFields> {
  const { summary, externalId, metadata, resultData } = report;
  return {
    ...(summary !== undefined && { summary: summary && redactor.text(summary, { knownSecrets }) }),
    ...(externalId !== undefined && { externalId }),
    ...(metadata !== undefined && { metadata: bounded(redactor.value(metadata, { knownSecrets })) }),
    ...(resultData !== undefined && { resultData: bounded(redactor.value(resultData, { knownSecrets })) }),
  };
}

/** A document holds 16 MiB, and a log has to be stored whatever its operation says. */
const maxValueBytes = 1024 * 1024;

function bounded(value: unknown): unknown {
  const bytes = value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
  return bytes <= maxValueBytes ? value : { truncated: true, bytes };
}
