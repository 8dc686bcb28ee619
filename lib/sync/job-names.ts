/** The jobs of syncs, as they are stored and shown on the dashboard. */
export const syncJobs = {
  /** Recurring: begins what is due, and goes on with what was left behind. */
  due: 'integrations.sync-due',
  /** Drives one run: lists, or settles. */
  run: 'integrations.sync-run',
  /** Handles items of one run. */
  drain: 'integrations.drain-sync-items',
} as const;
