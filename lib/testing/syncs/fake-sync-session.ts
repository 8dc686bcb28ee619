import { mongo, Types } from 'mongoose';
import { IntegrationError } from '../../errors.js';
import { callProvider, type SyncProvider } from '../../sync/runs/call-provider.js';
import { movesOn } from '../../sync/runs/advance-integration.js';
import { nextCursor, type CursorRules } from '../../sync/runs/next-cursor.js';
import { storable } from '../../sync/runs/storable.js';
import { insertOptions } from '../../sync/items/item-payload.js';
import { newItem, type Dispatched } from '../../sync/items/new-item.js';
import type { SyncMode } from '../../../schemas/integration-sync-run.js';
import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { SyncProgress } from '../../types/sync-progress.js';
import type { DispatchOptions, SyncItemEvent, SyncSession } from '../../types/sync-session.js';
import { valuesOf } from './captured-values.js';

/** An item as it would have been stored. */
export interface CapturedItem {
  /** Name of its event, e.g. `github.issue`. */
  readonly event: string;
  /** As a listener would get it: what is undefined is gone, what was no plain data is what MongoDB gives back. */
  readonly payload: unknown;
  /** Null: none. */
  readonly checkpointValue: unknown;
  /** As text; null: none. */
  readonly externalId: string | null;
  /** Why it could not be stored, so that it would have failed at once (`SYNC_PAYLOAD_INVALID`); null: it could. */
  readonly error: IntegrationError | null;
}

export interface FakeSyncSessionOptions {
  /** What the last run left; default null: it is the first. */
  readonly cursor?: unknown;
  /** Default `incremental`. */
  readonly mode?: SyncMode;
  /** What `saveListing()` kept of an interrupted listing; default null. */
  readonly listing?: unknown;
  /** Largest payload, in bytes; default 1,048,576, as the option `sync.maxPayloadBytes`. */
  readonly maxPayloadBytes?: number;
}

export interface NextCursorOptions {
  /** Items whose handling failed; those that could not be stored have failed by themselves. Default: none. */
  readonly failed?: (item: CapturedItem) => boolean;
  /** Whether the listing ended before its end. Default false. */
  readonly listingFailed?: boolean;
}

const defaultMaxPayloadBytes = 1_048_576;
const listingError = { class: 'Error', message: 'The listing failed.', code: null, trace: null };
/** As items of the first listing of a run are numbered. */
const firstSequence = 2 ** 32;

/** A session for specs of a provider's `sync`, without a database: keeps what is dispatched, by the real rules. */
export class FakeSyncSession implements SyncSession {
  readonly mode: SyncMode;
  /** States given to `saveListing()`, in order. */
  readonly savedListings: unknown[] = [];
  readonly #options: FakeSyncSessionOptions;
  readonly #abortion = new AbortController();
  readonly #runId = new Types.ObjectId();
  readonly #items: CapturedItem[] = [];
  readonly #seen = new Set<string>();
  #duplicates = 0;
  #expected: number | null = null;

  constructor(options: FakeSyncSessionOptions = {}) {
    this.#options = options;
    this.mode = options.mode ?? 'incremental';
  }

  /** What was dispatched, in order, without repetitions. */
  get items(): readonly CapturedItem[] {
    return this.#items;
  }

  /** The payloads of the items. */
  get payloads(): readonly unknown[] {
    return this.#items.map(({ payload }) => payload);
  }

  /** How many repetitions were dropped. */
  get duplicates(): number {
    return this.#duplicates;
  }

  get signal(): AbortSignal {
    return this.#abortion.signal;
  }

  /** Ends the listing as a process does that stops. */
  abort(reason: Error = new IntegrationError('INSTANCE_STOPPED', 'The listing was aborted by the test.')): void {
    this.#abortion.abort(reason);
  }

  cursor(): unknown {
    return this.mode === 'full' ? null : (this.#options.cursor ?? null);
  }

  listing(): unknown {
    return this.#options.listing ?? null;
  }

  // A promise, so that what is wrong with an item rejects, as in a real session.
  // eslint-disable-next-line @typescript-eslint/require-await
  async dispatch(event: SyncItemEvent, options: DispatchOptions = {}): Promise<void> {
    this.signal.throwIfAborted();
    const { maxPayloadBytes = defaultMaxPayloadBytes } = this.#options;
    const run = { _id: this.#runId, integrationId: this.#runId };
    const dispatched = newItem({ run, maxPayloadBytes }, event, options, firstSequence + this.#items.length);
    if (this.#isRepetition(dispatched)) this.#duplicates += 1;
    else this.#items.push(captured(dispatched));
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  async saveListing(state: unknown): Promise<void> {
    const stored = storable(state, 'The state of a listing', 'SYNC_PAYLOAD_INVALID');
    this.signal.throwIfAborted();
    this.savedListings.push(stored);
  }

  expect(items: number): void {
    this.#expected = Number.isSafeInteger(items) && items >= 0 ? items : null;
  }

  async progress(): Promise<SyncProgress> {
    const [runId, listed] = [this.#runId.toHexString(), this.#items.length];
    const failed = this.#items.filter(({ error }) => error !== null).length;
    const facts = { runId, phase: 'listing', outcome: null, listed, done: failed, failed } as const;
    return Promise.resolve({ ...facts, total: this.#expected, ratePerSecond: null, etaSeconds: null });
  }

  /**
   * Lets the provider list, as a run does: by `syncIncremental` where it has one and the mode is not `full`, and a
   * generator to its end.
   *
   * @throws What the provider throws, or what {@link abort} was given
   */
  async list<Credentials, Metadata>(
    provider: object,
    integration: IntegrationDocument<Credentials, Metadata>,
  ): Promise<this> {
    // The types of the credentials are the provider's own affair.
    await callProvider(provider as SyncProvider, integration as unknown as IntegrationDocument, this);
    return this;
  }

  /**
   * The cursor that the integration would have when all these items have been handled: by the provider's
   * `reduceCheckpoints` and `checkpointOrder`, never passing an item that has failed, and never going back.
   *
   * @throws IntegrationError `SYNC_CHECKPOINTS_INVALID`
   */
  async nextCursor(provider: CursorRules, options: NextCursorOptions = {}): Promise<unknown> {
    const { failed = () => false, listingFailed = false } = options;
    const items = this.#items.map((item) => ({ ...item, isFailed: item.error !== null || failed(item) }));
    const facts = {
      _id: this.#runId,
      hasCheckpoints: items.some(({ checkpointValue }) => checkpointValue !== null),
      listingError: listingFailed ? listingError : null,
      failed: items.filter(({ isFailed }) => isFailed).length,
    };
    const stored = this.#options.cursor ?? null;
    const cursor = await nextCursor(valuesOf(items), provider, facts);
    const run = { cursor: stored, nextCursor: null };
    return movesOn({ syncCursor: stored }, { cursor, run }) ? cursor : stored;
  }

  /** By event and external id, as the unique index has it. */
  #isRepetition({ item: { eventClass, externalId } }: Dispatched): boolean {
    if (externalId === null) return false;
    const key = JSON.stringify([eventClass, externalId]);
    if (this.#seen.has(key)) return true;
    this.#seen.add(key);
    return false;
  }
}

function captured({ item, problem, isPlain }: Dispatched): CapturedItem {
  const { eventClass: event, externalId, payload, checkpointValue } = item;
  if (problem !== null) return { event, externalId, payload: null, checkpointValue: null, error: problem };
  const stored = isPlain ? { payload, checkpointValue } : asStored({ payload, checkpointValue });
  return { event, externalId, ...stored, error: null };
}

interface Contents {
  readonly payload: unknown;
  readonly checkpointValue: unknown;
}

function asStored(contents: Contents): Contents {
  const { payload, checkpointValue } = mongo.BSON.deserialize(mongo.BSON.serialize(contents, insertOptions));
  return { payload, checkpointValue };
}
