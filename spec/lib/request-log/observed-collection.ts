import type { CommitCollection } from '../../../lib/request-log/batch-store.js';

/** A real collection whose commits are written down, and can be held back. */
export interface ObservedCollection<T> extends CommitCollection<T> {
  /** The documents of each commit, in the order in which they were sent. */
  readonly commits: (readonly T[])[];
  /** Most commits that were under way at the same time. */
  readonly peak: () => number;
  /** Holds back the commits that begin from now on, until the returned function is called. */
  hold(): () => void;
}

export function observe<T>(collection: CommitCollection<T>): ObservedCollection<T> {
  const commits: (readonly T[])[] = [];
  let underWay = 0;
  let peak = 0;
  let gate = Promise.resolve();

  async function through(documents: readonly T[], insert: () => Promise<unknown>): Promise<unknown> {
    commits.push(documents);
    underWay += 1;
    peak = Math.max(peak, underWay);
    try {
      await gate;
      return await insert();
    } finally {
      underWay -= 1;
    }
  }

  return {
    commits,
    peak: () => peak,
    hold() {
      let open: () => void = () => undefined;
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return open;
    },
    insertOne: (document, options) => through([document], () => collection.insertOne(document, options)),
    insertMany: (documents, options) => through(documents, () => collection.insertMany(documents, options)),
  };
}
