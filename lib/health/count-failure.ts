import type { Types } from 'mongoose';
import type { HealthStatus, IntegrationFields } from '../../schemas/integration.js';
import type { IntegrationCollection } from '../integration-store/integration-collection.js';
import { statusAfterFailure, statusAfterFailureExpression, type HealthLadder } from './health-ladder.js';

/** What an update of the counters made of an integration. */
export interface HealthChange {
  readonly previousStatus: HealthStatus;
  readonly after: Pick<IntegrationFields, 'healthStatus' | 'consecutiveFailures'> & Partial<IntegrationFields>;
}

type Before = Pick<IntegrationFields, 'healthStatus' | 'consecutiveFailures' | 'isActive'> & { readonly now: Date };

/**
 * Counts one failure, in one atomic update: whoever's update crosses a threshold is told so, and nobody else. An
 * integration that is disabled stays so, and its switch as it is.
 *
 * @returns Null where there is no such integration.
 */
export async function countFailure(
  collection: IntegrationCollection,
  _id: Types.ObjectId,
  ladder: HealthLadder,
): Promise<HealthChange | null> {
  const status = statusAfterFailureExpression(ladder);
  const isDisabledNow = { $and: [{ $ne: ['$healthStatus', 'disabled'] }, { $eq: [status, 'disabled'] }] };
  const before = await collection.findOneAndUpdate(
    { _id },
    [
      {
        $set: {
          consecutiveFailures: { $add: [{ $ifNull: ['$consecutiveFailures', 0] }, 1] },
          lastErrorAt: '$$NOW',
          updatedAt: '$$NOW',
        },
      },
      // Both of what the stage before has left.
      { $set: { healthStatus: status, isActive: { $cond: [isDisabledNow, false, '$isActive'] } } },
    ],
    {
      writeConcern: { w: 1 },
      returnDocument: 'before',
      projection: { healthStatus: 1, consecutiveFailures: 1, isActive: 1, now: '$$NOW' },
    },
  );
  // The driver's types know no computed fields.
  return before === null ? null : changeBy(before as unknown as Before, ladder);
}

function changeBy({ healthStatus, consecutiveFailures, isActive, now }: Before, ladder: HealthLadder): HealthChange {
  const count = consecutiveFailures + 1;
  const newStatus = statusAfterFailure(ladder, { healthStatus, consecutiveFailures: count });
  const isDisabledNow = healthStatus !== 'disabled' && newStatus === 'disabled';
  return {
    previousStatus: healthStatus,
    after: {
      healthStatus: newStatus,
      consecutiveFailures: count,
      isActive: isDisabledNow ? false : isActive,
      lastErrorAt: now,
    },
  };
}
