import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { IntegrationSyncItemFields } from '../../../schemas/integration-sync-item.js';
import type { LoggerLike } from '../../types/logger.js';
import { runsAgainAt, type ItemAcks, type ItemResult } from './item-acks.js';
import type { Leftovers } from './leftovers.js';

/** Told of an item that has failed for good, by the one process whose write made it so. */
export type FailureObserver = (
  integration: IntegrationDocument,
  item: IntegrationSyncItemFields,
  error: unknown,
) => void;

export interface ResultWriterParts {
  readonly acks: ItemAcks;
  readonly leftovers: Leftovers;
  readonly integration: IntegrationDocument;
  readonly onFailed: FailureObserver;
  /** Called when results could not be written: their items run again. */
  readonly onTrouble: () => void;
  readonly logger: Pick<LoggerLike, 'error'>;
}

/** Writes what came of items, and what is then left of their batch. Never rejects. */
export async function writeResults(parts: ResultWriterParts, results: readonly ItemResult[]): Promise<void> {
  const quick = results.filter(isQuick);
  const failed = results.filter(({ outcome }) => outcome.kind === 'failed');
  const others = results.filter((result) => !isQuick(result) && result.outcome.kind !== 'failed');
  const writes = await Promise.allSettled([
    writeQuick(parts, quick),
    writeOthers(parts, others),
    ...failed.map((result) => writeFailure(parts, result)),
  ]);
  const trouble = writes.find((write) => write.status === 'rejected');
  if (trouble === undefined) return;
  parts.onTrouble();
  parts.logger.error('What came of sync items could not be stored: they will be handled again.', {
    items: results.length,
    error: trouble.reason as unknown,
  });
}

function isQuick({ outcome, calls }: ItemResult): boolean {
  return outcome.kind === 'success' && calls === null;
}

async function writeQuick({ acks, leftovers }: ResultWriterParts, results: readonly ItemResult[]): Promise<void> {
  const last = results.at(-1);
  if (last === undefined) return;
  const ids = results.map(({ item }) => item._id);
  await acks.succeed(ids, last.at);
  for (const id of ids) leftovers.settle(id);
}

async function writeOthers({ acks, leftovers }: ResultWriterParts, results: readonly ItemResult[]): Promise<void> {
  if (results.length === 0) return;
  await acks.note(results);
  for (const result of results) {
    const { item, outcome } = result;
    if (outcome.kind === 'success') leftovers.settle(item._id);
    else leftovers.postpone(item._id, runsAgainAt(result)?.getTime() ?? 0);
  }
}

/** Where it was not as it had been read, the item stays in the batch: who claims it next sees what it is now. */
async function writeFailure(parts: ResultWriterParts, result: ItemResult): Promise<void> {
  const { item, outcome } = result;
  const changed = await parts.acks.fail(result);
  if (changed === null || outcome.kind !== 'failed') return;
  parts.leftovers.settle(item._id);
  parts.onFailed(parts.integration, { ...item, ...changed }, outcome.error);
}
