import type {
  IntegrationRequestFields,
  IntegrationRequestModel,
  StoredError,
} from '../../schemas/integration-request.js';
import { createGroupCommitter, type GroupCommitterOptions } from './group-committer.js';
import { createLossReporter, type Loss } from './loss-reporter.js';
import { withinTime } from '../within-time.js';

/** Options of {@link createRequestLog}. */
export interface RequestLogOptions {
  readonly model: IntegrationRequestModel;
  /** Told of lost entries: of the first at once, of more every ten seconds. Must not throw. */
  readonly onLost: (loss: Loss) => void;
  /** Default `{ w: 1, j: true }`: an acknowledged entry survives a crash of the server. */
  readonly writeConcern?: GroupCommitterOptions<never>['writeConcern'];
  /** How long a call waits for its entry at most, in milliseconds. Default 1,000. */
  readonly waitMs?: number;
  /** Entries kept while the database is away. Default 10,000. */
  readonly maxBuffered?: number;
  /** Their size, in bytes. Default 64 MiB. */
  readonly maxBufferedBytes?: number;
}

/** What became of an entry by the time the call goes on; a buffered one is still being tried. */
type WriteOutcome = 'stored' | 'buffered' | 'lost';

/** Figures since the log was opened. */
interface RequestLogStats {
  readonly stored: number;
  /** Not stored yet. */
  readonly buffered: number;
  readonly lost: number;
}

/** The log of all calls: one document for each. */
export interface RequestLog {
  /**
   * Stores a complete, redacted entry, together with those of other calls that end at the same time. Never rejects, and
   * waits `waitMs` at most: a log that can't be written must not fail the call that it is about.
   *
   * @param onStored Called once the entry is stored, be it after `write` has resolved. Must not throw.
   */
  write(entry: IntegrationRequestFields, onStored?: () => void): Promise<WriteOutcome>;
  /** Resolves when everything is stored; what is not by then is given up and reported. */
  flush(limit: { readonly timeoutMs: number }): Promise<void>;
  stats(): RequestLogStats;
}

const defaultWriteConcern = { w: 1, j: true };
const DEFAULT_WAIT_MS = 1000;
// About what an entry and an attempt take, texts aside.
const ENTRY_BYTES = 512;
const ATTEMPT_BYTES = 256;

/** Mongoose expects its version key in documents that are edited later. */
type StoredEntry = IntegrationRequestFields & { __v: number };

/** Opens the log on the model's collection. */
export function createRequestLog(options: RequestLogOptions): RequestLog {
  const { model, writeConcern = defaultWriteConcern, waitMs = DEFAULT_WAIT_MS } = options;
  const reporter = createLossReporter(options.onLost);
  const committer = createGroupCommitter<StoredEntry>({
    // The driver's own insert: Mongoose's bulk insert is slower, and drops in silence what fails validation.
    collection: () => model.collection,
    writeConcern,
    sizeOf,
    onLost: reporter.note,
    ...(options.maxBuffered !== undefined && { maxPending: options.maxBuffered }),
    ...(options.maxBufferedBytes !== undefined && { maxPendingBytes: options.maxBufferedBytes }),
  });

  return {
    write(entry, onStored) {
      const outcome = committer.add({ ...entry, __v: 0 }).then(
        () => {
          onStored?.();
          return 'stored' as const;
        },
        () => 'lost' as const,
      );
      return withinTime(outcome, waitMs, 'buffered');
    },
    async flush(limit) {
      await committer.flush(limit);
      reporter.flush();
    },
    stats() {
      const { stored, pending, lost } = committer.stats();
      return { stored, buffered: pending, lost };
    },
  };
}

function sizeOf({ requestData, responseData, error, attempts }: IntegrationRequestFields): number {
  const bodies = (requestData?.length ?? 0) + (responseData?.length ?? 0);
  return attempts.reduce(
    (sum, attempt) => sum + ATTEMPT_BYTES + errorSize(attempt.error),
    bodies + errorSize(error) + ENTRY_BYTES,
  );
}

function errorSize(error: StoredError | null): number {
  return error === null ? 0 : error.message.length + (error.trace?.length ?? 0);
}
