import type { IntegrationErrorCode } from '../errors.js';

/** What holds sealed values: an integration, or what is kept for a while of a webhook, a sync item or a keyed write. */
export type SealedKind = 'integration' | 'webhook' | 'sync-item' | 'write-result';

/** A document that could not be opened; it was left as it is. */
export interface RotationFailure {
  readonly kind: SealedKind;
  /** Its id; of a write's result the id in `integration_idempotency_keys`. */
  readonly id: string;
  readonly code: IntegrationErrorCode;
}

/** How far a rotation has come, in documents. */
export interface RotationProgress {
  readonly resealed: number;
  readonly failed: number;
}

/** Counts what comes of a rotation while it goes on. */
export interface Rotation {
  /** Ends it after the batch at hand. */
  isAborted(): boolean;
  /** To be called after each batch. */
  batchDone(resealed: number): void;
  failed(failure: RotationFailure): void;
  /** Forgets the failures so far: all of them are tried again. */
  again(): void;
  resealed(): number;
  failures(): readonly RotationFailure[];
}

/** Failures are told one by one up to here; more would help nobody, and there can be as many as there are documents. */
const mostTold = 1_000;

export function createRotation(
  signal: AbortSignal | undefined,
  onProgress: ((progress: RotationProgress) => void) | undefined,
): Rotation {
  let resealed = 0;
  let failed = 0;
  const told = new Map<string, RotationFailure>();
  return {
    isAborted: () => signal?.aborted === true,
    batchDone(more) {
      resealed += more;
      onProgress?.({ resealed, failed });
    },
    failed(failure) {
      const key = `${failure.kind}/${failure.id}`;
      // One that is sealed with two other keys is met twice.
      if (told.has(key)) return;
      failed += 1;
      if (told.size < mostTold) told.set(key, failure);
    },
    again() {
      failed = 0;
      told.clear();
    },
    resealed: () => resealed,
    failures: () => [...told.values()],
  };
}
