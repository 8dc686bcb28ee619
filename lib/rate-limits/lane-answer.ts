/** A token of all rules of a lane. */
export interface LaneToken {
  readonly kind: 'token';
  /** Whether it may still be used: one that lay too long may not. */
  isFresh(): boolean;
  /** The attempt is over. */
  release(isAnswered: boolean): void;
  /** There is no attempt. */
  giveBack(): void;
}

/** There will be no token in time. */
export interface LaneRefusal {
  readonly kind: 'refusal';
  /** When there may be one, in milliseconds from now; null: the database did not answer. */
  readonly retryAfterMs: number | null;
  /** What the database failed with, if it said so. */
  readonly failure: unknown;
}

/** What a lane gives a call that asks for a token. */
export type LaneAnswer = LaneToken | LaneRefusal;
