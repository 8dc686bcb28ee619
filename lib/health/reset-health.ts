import type { Types } from 'mongoose';
import type { IntegrationFields } from '../../schemas/integration.js';
import { acceptedStatus } from '../integration-store/accepted-status.js';
import type { IntegrationCollection } from '../integration-store/integration-collection.js';
import type { HealthChange } from './count-failure.js';

type Before = Pick<IntegrationFields, 'healthStatus' | 'consecutiveFailures' | 'authStatus'> & {
  readonly hasTokens: boolean;
  readonly isRefused: boolean;
};

const isDisabled = { $eq: ['$healthStatus', 'disabled'] };
// Where the grant has ended, a token that is still good says nothing of the next one.
const isRefused = {
  $and: [{ $eq: ['$authStatus', 'needsReauthorization'] }, { $not: [{ $gt: ['$grantEndedAt', null] }] }],
};
const hasTokens = { $eq: [{ $type: '$tokens' }, 'string'] };
const isHealthy = { $and: [{ $eq: ['$healthStatus', 'healthy'] }, { $eq: ['$consecutiveFailures', 0] }] };
const isClean = { $and: [{ $not: [isRefused] }, { $or: [isDisabled, isHealthy] }] };

/** MongoDB writes nothing where all of it is so already. */
const update = {
  $set: {
    healthStatus: { $cond: [isDisabled, 'disabled', 'healthy'] },
    consecutiveFailures: { $cond: [isDisabled, '$consecutiveFailures', 0] },
    authStatus: {
      $cond: [isRefused, { $cond: [hasTokens, acceptedStatus(true), acceptedStatus(false)] }, '$authStatus'],
    },
    updatedAt: { $cond: [isClean, '$updatedAt', '$$NOW'] },
  },
};

/**
 * Sets the counters back after a success, and the status of authorization, in one atomic update. A disabled integration
 * stays disabled, also one that others disable at this moment.
 *
 * @returns Null where there is no such integration.
 */
export async function resetHealth(
  collection: IntegrationCollection,
  _id: Types.ObjectId,
): Promise<HealthChange | null> {
  const before = await collection.findOneAndUpdate({ _id }, [update], {
    writeConcern: { w: 1 },
    returnDocument: 'before',
    projection: { healthStatus: 1, consecutiveFailures: 1, authStatus: 1, hasTokens, isRefused },
  });
  // The driver's types know no computed fields.
  return before === null ? null : changeBy(before as unknown as Before);
}

function changeBy({ healthStatus, consecutiveFailures, authStatus, hasTokens, isRefused }: Before): HealthChange {
  const isDisabled = healthStatus === 'disabled';
  return {
    previousStatus: healthStatus,
    after: {
      healthStatus: isDisabled ? 'disabled' : 'healthy',
      consecutiveFailures: isDisabled ? consecutiveFailures : 0,
      authStatus: isRefused ? acceptedStatus(hasTokens) : authStatus,
    },
  };
}
