import { IntegrationError } from '../errors.js';

/** What `prune()` looks after, in its order: items before their runs, runs before their logs. */
export const pruneTargets = [
  'requests',
  'webhooks',
  'syncItems',
  'syncRuns',
  'logs',
  'syncEntities',
  'incidents',
  'idempotencyKeys',
  'responses',
  'oauthFlows',
] as const;
export type PruneTarget = (typeof pruneTargets)[number];

/** @throws IntegrationError `OPTIONS_INVALID` for a name that is none */
export function checkedTargets(only: readonly unknown[] = pruneTargets): readonly PruneTarget[] {
  const names: readonly unknown[] = pruneTargets;
  if (!Array.isArray(only) || only.some((name) => !names.includes(name))) {
    throw new IntegrationError('OPTIONS_INVALID', `only: expected some of ${pruneTargets.join(', ')}.`);
  }
  return pruneTargets.filter((name) => only.includes(name));
}
