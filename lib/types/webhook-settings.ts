/** How webhooks are received and processed. */
export interface WebhookSettings {
  /** Largest body that is taken, in bytes; 1 to 11,534,336. Default 1,048,576 (1 MiB). */
  readonly maxBodyBytes: number;
  /** Which process runs handlers: the one that received the webhook, or any that runs jobs. Default `receiver`. */
  readonly processIn: 'receiver' | 'worker';
  /** Webhooks that one process handles at once; 1 to 1,000. Default 20. */
  readonly concurrency: number;
  /** How long after its last sign of life a process that handles is taken for dead, in seconds; 1 to 3,600. Default 60. */
  readonly leaseSeconds: number;
  /** Attempts of a webhook, the first included; 1 to 100. Default 5. */
  readonly tries: number;
  /** Waits before the second, third, … attempt, in seconds; the last one repeats. Default 10, 60, 300, 1,800. */
  readonly backoff: readonly number[];
  /** How long webhooks are put off whose handlers the other API holds back, in seconds. Default 21,600 (6 hours). */
  readonly deferWindowSeconds: number;
  /** Longest time for one attempt, in seconds. Default 300. */
  readonly handlerTimeoutSeconds: number;
  /**
   * How long a webhook waits for the database at most before its sender is told to try again, in milliseconds. Default
   * 2,500.
   */
  readonly storeWithinMs: number;
  /** How long a body counts as the same delivery where the sender gives no id, in seconds. Default 86,400 (a day). */
  readonly sameBodySeconds: number;
  /** Integrations whose secrets are tried for a webhook that names none; 1 to 1,000. Default 100. */
  readonly maxCandidates: number;
  /** How long processed webhooks are kept, in days. Default 90. */
  readonly retentionDays: number;
}
