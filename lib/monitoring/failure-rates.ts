import type { Types } from 'mongoose';
import type { IntegrationModels } from '../../schemas/models.js';
import { alarmingClasses, failureClassOfCall, summaryTimeMs } from './failed-calls.js';

/** How many calls an integration made, and how many of them failed in a way that says something about it. */
export interface FailureRate {
  readonly total: number;
  readonly alarming: number;
}

interface Group extends FailureRate {
  readonly _id: Types.ObjectId;
}

/** The calls of integrations since then, by the hexadecimal id; those without calls are missing. */
export async function failureRates(
  models: IntegrationModels,
  ids: readonly Types.ObjectId[],
  since: Date,
): Promise<Map<string, FailureRate>> {
  const isAlarming = { $in: [failureClassOfCall, alarmingClasses] };
  const groups = await models.IntegrationRequest.aggregate<Group>([
    { $match: { integrationId: { $in: [...ids] }, createdAt: { $gte: since } } },
    { $group: { _id: '$integrationId', total: { $sum: 1 }, alarming: { $sum: { $cond: [isAlarming, 1, 0] } } } },
  ]).option({ maxTimeMS: summaryTimeMs });
  return new Map(groups.map(({ _id, total, alarming }) => [_id.toHexString(), { total, alarming }]));
}
