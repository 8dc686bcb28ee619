import { duplicateKeyCode } from '../failures/duplicate-key.js';

/** Why the server or the driver refuses one document. */
export interface Refusal {
  /** The server's error code; null where the driver could not even send it. */
  readonly code: number | null;
  /** Name of the unique index that another document holds; `_id_` for the id. */
  readonly duplicateOf: string | null;
}

/** What a failed insert says about the documents it was to write. */
export type CommitVerdict =
  /** Stored, all but these, by position. */
  | { readonly kind: 'refusals'; readonly refusals: ReadonlyMap<number, Refusal> }
  /** Nobody knows what was stored: try all of them again, with the same ids. */
  | { readonly kind: 'uncertain' }
  /** Nothing was stored, because of one of them or of all: find out by trying fewer at a time. */
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** The parts of the driver's errors that tell what happened. By name, because applications have several copies of it. */
interface DriverError {
  readonly name?: string;
  readonly code?: unknown;
  readonly message?: string;
  readonly errorResponse?: unknown;
  readonly writeErrors?: WriteFault | readonly WriteFault[];
  readonly result?: { readonly insertedCount: number; getWriteConcernError(): unknown };
  hasErrorLabel?(label: string): boolean;
}

interface WriteFault {
  readonly index: number;
  readonly code?: unknown;
  readonly errmsg?: string | undefined;
}

/** Not primary, shutting down, timed out, unreachable, disk full: says nothing about a document. */
const passingCodes = new Set<unknown>([
  ...[6, 7, 50, 64, 89, 91, 189, 262, 317, 358, 384, 9001, 10_107, 11_600, 11_601, 11_602, 13_435, 13_436, 14_031],
  // The driver passes on as it is what a socket says that the other side has just closed.
  ...['EPIPE', 'ECONNRESET', 'ETIMEDOUT', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'],
]);

const passingNames = new Set<unknown>([
  ...['MongoNetworkError', 'MongoNetworkTimeoutError', 'MongoServerSelectionError', 'MongooseServerSelectionError'],
  ...['PoolClearedError', 'MongoPoolClearedError', 'PoolClosedError', 'MongoPoolClosedError'],
  ...['PoolClearedOnNetworkError', 'MongoPoolClearedOnNetworkError', 'WaitQueueTimeoutError'],
  ...['MongoNotConnectedError', 'MongoTopologyClosedError', 'MongoClientClosedError', 'MongoExpiredSessionError'],
  ...['MongoOperationTimeoutError', 'MongoWriteConcernError', 'MongoSystemError'],
  // Mongoose gave up waiting for its connection.
  'MongooseError',
]);

/**
 * Judges a failed insert of `count` documents. It calls a document stored or refused on positive evidence only: the
 * driver reports a lost connection as a bulk error with an empty list of faults, which is no evidence that the rest was
 * stored.
 */
export function commitVerdict(error: unknown, count: number): CommitVerdict {
  const failure = toDriverError(error);
  const faults = [failure.writeErrors ?? []].flat();
  if (isComplete(failure, faults, count)) return refusalsOf(faults);
  if (isPassing(failure)) return { kind: 'uncertain' };
  if (failure.code === duplicateKeyCode && count === 1)
    return refusalsOf([{ index: 0, ...failure, errmsg: failure.message }]);
  if (isOpaque(failure)) return { kind: 'uncertain' };
  return { kind: 'refused', refusal: { code: numberOrNull(failure.code), duplicateOf: null } };
}

/** The server has answered for every single document. */
function isComplete(failure: DriverError, faults: readonly WriteFault[], count: number): boolean {
  const { name, result } = failure;
  if (name !== 'MongoBulkWriteError' || result === undefined || faults.length === 0) return false;
  if (hasWriteConcernError(failure) || faults.some(({ code }) => passingCodes.has(code))) return false;
  return result.insertedCount + faults.length === count;
}

function isPassing(failure: DriverError): boolean {
  const wrapped = toDriverError(failure.errorResponse);
  const names = [failure.name, wrapped.name];
  if (names.some((name) => passingNames.has(name)) || passingCodes.has(failure.code)) return true;
  if (hasWriteConcernError(failure)) return true;
  return failure.hasErrorLabel?.('RetryableWriteError') ?? false;
}

/** A bulk error without a code around something of the driver's own: a lost connection as a rule. */
function isOpaque({ name, code, errorResponse }: DriverError): boolean {
  const wrapped = toDriverError(errorResponse).name ?? 'Mongo';
  return name === 'MongoBulkWriteError' && code === undefined && wrapped.startsWith('Mongo');
}

/** Written, but not as safely as was asked for. */
function hasWriteConcernError({ result }: DriverError): boolean {
  return Boolean(result?.getWriteConcernError());
}

function refusalsOf(faults: readonly WriteFault[]): CommitVerdict {
  const refusals = new Map(faults.map((fault) => [fault.index, toRefusal(fault)]));
  return { kind: 'refusals', refusals };
}

function toRefusal({ code, errmsg = '' }: WriteFault): Refusal {
  // The message quotes the stored values as well: no more than the index is taken from it.
  const index = code === duplicateKeyCode ? /^E11000 .*? index: (\S+)/.exec(errmsg)?.[1] : undefined;
  return { code: numberOrNull(code), duplicateOf: index ?? null };
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function toDriverError(error: unknown): DriverError {
  return typeof error === 'object' && error !== null ? error : {};
}
