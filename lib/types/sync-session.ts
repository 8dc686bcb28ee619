/** Something a sync found, to be handled by the application's listeners. */
export interface SyncItemEvent<Payload = unknown> {
  /** The stored `eventClass`, e.g. `github.issue`. */
  readonly name: string;
  readonly payload: Payload;
}

/** Where an item stands in the listing. */
export interface DispatchOptions {
  /** Goes into `reduceCheckpoints` once the item is done. */
  readonly checkpointValue?: unknown;
  /** The upstream's id; repetitions within a run are dropped. */
  readonly externalId?: string | number;
}

/** What a provider's `sync` hands its findings to. */
export interface SyncSession {
  /** Stores an item and resolves when there is room for the next. */
  dispatch(event: SyncItemEvent, options?: DispatchOptions): Promise<void>;
  /** The cursor that the last run left; null on the first run. */
  cursor(): unknown;
}
