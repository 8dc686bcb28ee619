/** What a code stands for. */
export interface ErrorEntry {
  /** The HTTP status that the error-handling middleware answers with. */
  readonly status: number;
  /** The short text of its problem document. */
  readonly title: string;
  /** What a person can do about it. */
  readonly remedy: string;
}

/** A row of the table. */
export function entry(status: number, title: string, remedy: string): ErrorEntry {
  return { status, title, remedy };
}
