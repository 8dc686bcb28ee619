import type { mongo } from 'mongoose';
import type { HealthStatus, IntegrationFields } from '../../schemas/integration.js';
import type { HealthSettings } from '../options.js';

/** A status, and the number of failures in a row that leads to it. */
interface Rung {
  readonly status: HealthStatus;
  readonly after: number;
}

/** The worst first. */
export type HealthLadder = readonly Rung[];

export function healthLadder({ degradedAfter, failingAfter, disabledAfter }: HealthSettings): HealthLadder {
  return [
    { status: 'disabled', after: disabledAfter ?? Infinity },
    { status: 'failing', after: failingAfter },
    { status: 'degraded', after: degradedAfter },
  ];
}

/** The status after a failure, which never makes it better. */
export function statusAfterFailure(
  ladder: HealthLadder,
  { consecutiveFailures, healthStatus }: Pick<IntegrationFields, 'consecutiveFailures' | 'healthStatus'>,
): HealthStatus {
  const rung = ladder.find(({ status, after }) => consecutiveFailures >= after || healthStatus === status);
  return rung?.status ?? healthStatus;
}

/** The same rule for the server, which knows the count: {@link statusAfterFailure} of the document in the pipeline. */
export function statusAfterFailureExpression(ladder: HealthLadder): mongo.Document {
  const branches = ladder.map(({ status, after }) => ({
    case: { $or: [{ $gte: ['$consecutiveFailures', after] }, { $eq: ['$healthStatus', status] }] },
    then: status,
  }));
  return { $switch: { branches, default: '$healthStatus' } };
}
