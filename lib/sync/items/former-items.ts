import type { IntegrationFields } from '../../../schemas/integration.js';
import { durableWrite } from '../../durable-write.js';
import { persevere } from '../../persevere.js';
import { isOfFormerAccount } from '../runs/former-account.js';
import type { RunStore } from '../runs/run-store.js';
import type { ClaimedBatch } from './batch.js';
import type { BatchStore } from './batch-store.js';
import type { ItemCollections } from './item-collections.js';

export interface FormerItemsParts {
  readonly store: Pick<RunStore, 'find'>;
  readonly batches: Pick<BatchStore, 'release'>;
  readonly items: ItemCollections['items'];
}

/** Gives up items of the account that was connected before: listeners would handle them with the tokens of another. */
export interface FormerItems {
  /** Whether the batch was given up. */
  giveUp(batch: ClaimedBatch, integration: Pick<IntegrationFields, 'accountChangedAt'>): Promise<boolean>;
}

const isOpen = { status: { $in: ['pending', 'processing'] as ('pending' | 'processing')[] } };
const skipReason = 'Another account was connected.';
const skipped = [{ $set: { status: 'skipped', skipReason, completedAt: '$$NOW', updatedAt: '$$NOW' } }];

export function createFormerItems({ store, batches, items }: FormerItemsParts): FormerItems {
  return {
    async giveUp(batch, integration) {
      if (!(integration.accountChangedAt instanceof Date)) return false;
      const run = await store.find(batch.run._id);
      if (run === null || !isOfFormerAccount(run, integration)) return false;
      await persevere(() => items.updateMany({ _id: { $in: [...batch.ids] }, ...isOpen }, skipped, durableWrite));
      await batches.release(batch, { ids: [], afterMs: 0, isCareful: false });
      return true;
    },
  };
}
