import type { IntegrationGateFields } from '../../schemas/integration-gate.js';

export type StoredOverride = NonNullable<IntegrationGateFields['override']>;

/**
 * An operator's limit, as long as it holds.
 *
 * @param now By the server's clock, in milliseconds since the epoch.
 */
export function activeOverride(override: StoredOverride | null | undefined, now: number): StoredOverride | null {
  if (override === null || override === undefined) return null;
  return override.until === null || override.until.getTime() > now ? override : null;
}

/** The limit of a rule by the server's own clock: the operator's where one holds for that window, else the declared one. */
export function limitExpression({ limit, seconds, isOverridable }: OverridableRule): unknown {
  if (!isOverridable) return limit;
  const holds = {
    $and: [
      { $eq: ['$override.seconds', seconds] },
      { $or: [{ $eq: ['$override.until', null] }, { $gt: ['$override.until', '$$NOW'] }] },
    ],
  };
  return { $cond: [holds, '$override.limit', limit] };
}

interface OverridableRule {
  readonly limit: number;
  readonly seconds: number;
  readonly isOverridable: boolean;
}
