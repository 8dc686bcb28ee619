/** The jobs of webhooks, as they are stored and shown on the dashboard. */
export const webhookJobs = {
  /** Handles those that nobody handles yet. */
  process: 'integrations.process-webhooks',
  /** Recurring: finds what a crash left, or nobody was told of. */
  recover: 'integrations.recover-webhooks',
} as const;
