import type { SyncMode } from '../../schemas/integration-sync-run.js';
import type { SyncProgress } from './sync-progress.js';

/** Something a sync found, to be handled by the application's listeners; made by `defineSyncItemEvent`. */
export interface SyncItemEvent<Payload = unknown> {
  /** The stored `eventClass`, e.g. `github.issue`. */
  readonly name: string;
  readonly payload: Payload;
}

/** Where an item stands in the listing. */
export interface DispatchOptions {
  /** Goes into `reduceCheckpoints` once the item is done. Anything that MongoDB stores; null and undefined: nothing. */
  readonly checkpointValue?: unknown;
  /**
   * The upstream's id, 1 to 500 characters; repetitions within a run are dropped, and the first one stays. Without one,
   * an item may be handled again where a listing is repeated.
   */
  readonly externalId?: string | number;
}

/** What a `sync` that is a generator yields: an event, alone or with its place in the listing. */
export type SyncYield = SyncItemEvent | (DispatchOptions & { readonly event: SyncItemEvent });

/** What a provider's `sync` hands its findings to. */
export interface SyncSession {
  /**
   * Takes an item, and resolves when there is room for the next: await it. What cannot be stored (a payload that is too
   * large, say) becomes a failed item of its own, with the reason.
   *
   * @throws IntegrationError `SYNC_ITEM_INVALID` for what is no event, or no id; `INSTANCE_STOPPED` and
   *   `SYNC_LEASE_LOST` when the listing must end here: let it through.
   */
  dispatch(event: SyncItemEvent, options?: DispatchOptions): Promise<void>;
  /** The cursor that the last run left; null on the first run, and in a full one. */
  cursor(): unknown;
  /** `full`: list everything, whatever has been listed before. */
  readonly mode: SyncMode;
  /** Aborted when the listing must end: the process stops, or another one has taken over. */
  readonly signal: AbortSignal;
  /** What `saveListing` kept of a listing of this run that was interrupted; null: begin at the beginning. */
  listing(): unknown;
  /**
   * Stores what has been dispatched so far, and then a state from which the listing can be resumed: the next page, say.
   * Anything that MongoDB stores, up to a megabyte.
   */
  saveListing(state: unknown): Promise<void>;
  /** Says how many items there will be in all, for the progress. */
  expect(items: number): void;
  /** How far the run has come. */
  progress(): Promise<SyncProgress>;
}
