import { setTimeout as sleep } from 'node:timers/promises';
import { commitVerdict, type CommitVerdict, type Refusal } from './commit-verdict.js';
import type { PendingDocuments } from './pending-documents.js';
import type { PendingDocument } from './pending-set.js';

/** What is needed of a collection: the driver's fits, and Mongoose's `Model.collection`. */
export interface CommitCollection<T> {
  insertOne(document: T, options: CommitOptions): Promise<unknown>;
  insertMany(documents: T[], options: CommitOptions & { ordered: false }): Promise<unknown>;
}

interface CommitOptions {
  writeConcern: WriteConcern;
}

/** As the driver takes it. */
interface WriteConcern {
  readonly w: number | 'majority';
  /** Wait for the journal: without it, what was acknowledged can be lost in a crash of the server. */
  readonly j: boolean;
}

/** Parts of {@link createBatchStore}. */
export interface BatchStoreParts<T> {
  /** Looked up for every commit: the connection may not be open yet. */
  readonly collection: () => CommitCollection<T>;
  readonly writeConcern: WriteConcern;
  readonly account: Pick<PendingDocuments<T>, 'stillWanted' | 'settle'>;
}

/** Stores a batch; resolves when the fate of each document is settled in the account. */
export type BatchStore<T> = (batch: readonly PendingDocument<T>[]) => Promise<void>;

const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 1000;

/**
 * Builds the storing of batches: again and again while the database is away, and by halves where one document spoils
 * all.
 */
export function createBatchStore<T>(parts: BatchStoreParts<T>): BatchStore<T> {
  const { account } = parts;

  async function store(batch: readonly PendingDocument<T>[]): Promise<void> {
    for (let failures = 0; ; failures += 1) {
      const wanted = account.stillWanted(batch);
      if (wanted.length === 0) return;
      const verdict = await insert(parts, wanted);
      if (verdict.kind === 'refusals') {
        account.settle(wanted, verdict.refusals);
        return;
      }
      if (verdict.kind === 'refused') return divide(wanted, verdict.refusal);
      for (const pending of wanted) pending.mayBeStored = true;
      await sleep(retryDelay(failures), undefined, { ref: false });
    }
  }

  async function divide(batch: readonly PendingDocument<T>[], refusal: Refusal): Promise<void> {
    if (batch.length === 1) {
      account.settle(batch, new Map([[0, refusal]]));
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    await store(batch.slice(0, middle));
    await store(batch.slice(middle));
  }

  return store;
}

async function insert<T>(
  { collection, writeConcern }: BatchStoreParts<T>,
  batch: readonly PendingDocument<T>[],
): Promise<CommitVerdict> {
  const documents = batch.map(({ document }) => document);
  const [first] = documents;
  try {
    // The driver's bulk path costs a lone document a tenth more.
    if (documents.length === 1 && first !== undefined) await collection().insertOne(first, { writeConcern });
    else await collection().insertMany(documents, { writeConcern, ordered: false });
    return { kind: 'refusals', refusals: new Map() };
  } catch (error) {
    return commitVerdict(error, batch.length);
  }
}

function retryDelay(failures: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS);
}
