/**
 * How long documents are kept, in days; null: for ever. Webhooks, writes with an idempotency key and failed jobs have
 * theirs beside their other options.
 */
export interface RetentionSettings {
  /** Logged requests. Default 90. */
  readonly requestsDays: number | null;
  /** Logged operations. Default 365. */
  readonly logsDays: number | null;
  /** Items of settled syncs that are done or skipped. Default 90. */
  readonly syncItemsDays: number | null;
  /** Settled syncs; they stay as long as their items. Default 365. */
  readonly syncRunsDays: number | null;
  /** What is gone upstream, counted from when that was reported. Default 365. */
  readonly syncEntitiesDays: number | null;
  /** Closed incidents. Default 365. */
  readonly incidentsDays: number | null;
}
