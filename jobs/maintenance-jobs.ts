import type { JobContext, JobDefinition } from '../lib/types/job-queue.js';

/** What the package does now and then by itself. Each may also be called by the application, and by several at once. */
export interface Maintenance {
  checkFailureRate(): Promise<unknown>;
  checkStaleness(): Promise<unknown>;
  closeStaleIncidents(): Promise<unknown>;
  sweepIdempotencyKeys(): Promise<unknown>;
  /** Goes on where it was, the next time, if it is aborted. */
  prune(context: JobContext): Promise<unknown>;
}

/** The recurring jobs of the services that look after what is there. */
export function maintenanceJobs(maintenance: Maintenance): readonly JobDefinition[] {
  const { checkFailureRate, checkStaleness, closeStaleIncidents, sweepIdempotencyKeys, prune } = maintenance;
  return [
    recurring('integrations.check-failure-rate', 60, checkFailureRate),
    recurring('integrations.check-staleness', 300, checkStaleness),
    recurring('integrations.close-stale-incidents', 3_600, closeStaleIncidents),
    recurring('integrations.sweep-idempotency-keys', 60, sweepIdempotencyKeys),
    recurring('integrations.prune', 3_600, prune),
  ];
}

function recurring(name: string, everySeconds: number, work: Maintenance['prune']): JobDefinition {
  return {
    name,
    concurrency: 1,
    everySeconds,
    async run(_data, context) {
      await work(context);
    },
  };
}
