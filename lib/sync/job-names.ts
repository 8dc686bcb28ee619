/** The jobs of syncs, as they are stored and shown on the dashboard. */
export const syncJobs = {
  /** Recurring: begins what is due, and goes on with what was left behind. */
  due: 'integrations.sync-due',
  /** Drives one run: lists, and settles where nothing is left to be handled. */
  run: 'integrations.sync-run',
  /** Settles one run: apart, so that listings that take long keep nobody waiting. */
  settle: 'integrations.settle-sync',
  /** Handles items of one run. */
  drain: 'integrations.drain-sync-items',
} as const;
