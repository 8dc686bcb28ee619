/** What applications see of pruning; part of the public entry. */
export type { Prune, PruneOptions, PruneProgress, PruneResult } from './prune.js';
export { pruneTargets, type PruneTarget } from './prune-target.js';
export type { RetentionSettings } from '../types/retention-settings.js';
