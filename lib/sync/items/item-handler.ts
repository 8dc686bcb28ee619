import type { IntegrationSyncItemFields } from '../../../schemas/integration-sync-item.js';
import type { ResultBuffer } from '../../result-buffer.js';
import type { ItemResult } from './item-acks.js';
import type { ItemRunner } from './item-runner.js';
import type { Leftovers } from './leftovers.js';

export interface ItemHandlerParts {
  readonly runner: ItemRunner;
  readonly results: ResultBuffer<ItemResult>;
  readonly leftovers: Leftovers;
  /** Called for each item that begins. */
  readonly onStart: () => void;
  /** The server's time, in milliseconds since the epoch. */
  readonly now: () => number;
}

/** What holds back all items of one kind. */
interface HeldBack {
  readonly until: number;
  readonly error: unknown;
}

/**
 * Handles one item after the other, and sees to what comes of them. When one is put off, the others of its kind in the
 * batch are too, without trying.
 */
export function createItemHandler(parts: ItemHandlerParts): (item: IntegrationSyncItemFields) => Promise<void> {
  const { runner, results, leftovers, onStart, now } = parts;
  const heldBack = new Map<string, HeldBack>();

  /** What was put off before needs no further write, but for its end. */
  async function setAside(item: IntegrationSyncItemFields, { until, error }: HeldBack): Promise<void> {
    const result = runner.failed(item, error);
    if (item.deferredSince === null || result.outcome.kind === 'failed') await results.add(result);
    else leftovers.postpone(item._id, until);
  }

  return async (item) => {
    leftovers.begin(item._id);
    const held = heldBack.get(item.eventClass);
    if (held !== undefined && held.until > now()) return setAside(item, held);
    onStart();
    const result = await runner.run(item);
    const { outcome } = result;
    if (outcome.kind === 'deferred') {
      heldBack.set(item.eventClass, { until: now() + outcome.afterMs, error: outcome.error });
    }
    const full = results.add(result);
    if (full !== null) await full;
  };
}
