/**
 * What is known of a write after an attempt:
 *
 * - `executed`: the other API has answered that it happened
 * - `refused`: it has answered that it did not
 * - `unsent`: nothing left the process, or nothing arrived
 * - `ambiguous`: nobody knows
 */
export type WriteFate = 'executed' | 'refused' | 'unsent' | 'ambiguous';

/** The right to make a write that happens at most once, as long as nobody else may have it. */
export interface WriteClaim {
  /**
   * Called when an attempt is about to be sent.
   *
   * @throws IdempotencyConflictError where the claim has run out, `DATABASE_UNAVAILABLE` where that cannot be told
   */
  confirm(): Promise<void>;
  /** Called with what an attempt brought, before a schema may change it. */
  keepPayload(payload: unknown): void;
  /** Called when an attempt that was to be sent is over. */
  note(fate: WriteFate): void;
  /** Whether, after what was noted last, another attempt cannot make the write a second time. */
  mayRetry(): boolean;
}
