/** How syncs are run. */
export interface SyncSettings {
  /** How often this looks for what is due or was left behind, in seconds; 0.1 to 3,600. Default 5. */
  readonly tickSeconds: number;
  /** How long after its last sign of life a process that syncs is taken for dead, in seconds; 1 to 3,600. Default 60. */
  readonly leaseSeconds: number;
  /** Items that travel together at most; 1 to 1,000. Default 500. */
  readonly batchSize: number;
  /** Batches of a run that wait at most before its listing waits; 2 to 1,000. Default 40. */
  readonly maxQueuedBatches: number;
  /** Batches that one process works on at once, of all runs together; 1 to 50. Default 2. */
  readonly slots: number;
  /** Items of a batch that are handled at once; 1 to 500. Default 10. */
  readonly concurrency: number;
  /** Attempts of an item, the first included; 1 to 100. Default 3. */
  readonly itemTries: number;
  /** Waits before the second, third, … attempt of an item, in seconds; the last one repeats. Default 30, 120, 600. */
  readonly itemBackoff: readonly number[];
  /** Longest time for one attempt of an item, in seconds. Default 300. */
  readonly itemTimeoutSeconds: number;
  /** How long items and listings are put off that the other API holds back, in seconds. Default 21,600 (6 hours). */
  readonly deferWindowSeconds: number;
  /** Largest payload of an item, in bytes of BSON; a larger one fails its item. Default 1,048,576 (1 MiB). */
  readonly maxPayloadBytes: number;
  /**
   * Share of the interval that is added to it at random, so that a fleet does not come all at once; 0 to 1. Default
   * 0.1.
   */
  readonly jitter: number;
  /** Failed runs of an item in a row that emit `syncItemStuck`. Default 5. */
  readonly stuckAfterRuns: number;
  /** Share of the known items above which a full run refuses to report missing ones; 0 to 1. Default 0.2. */
  readonly maxMissingShare: number;
}
