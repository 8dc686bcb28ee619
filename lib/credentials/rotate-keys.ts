import type { IntegrationModel } from '../../schemas/integration.js';
import { IntegrationError } from '../errors.js';
import { createBoundSealer } from './bound-sealer.js';
import { countStale } from './key-usage.js';
import type { KeyRing } from './key-ring.js';
import { countStaleKept, resealKept, type KeptValues } from './kept-values.js';
import { createRotation, type RotationFailure, type RotationProgress } from './rotation.js';
import { resealIntegrations } from './stale-integrations.js';

/** How keys are rotated. */
export interface RotateKeysOptions {
  /** Ends the rotation after the batch at hand; what remains is found by the next one. */
  readonly signal?: AbortSignal;
  /** Integrations per round trip; default 100. */
  readonly batchSize?: number;
  /** Called after each batch. */
  readonly onProgress?: (progress: RotationProgress) => void;
  /** Counts what remains, and changes nothing; default false. */
  readonly dryRun?: boolean;
}

export interface RotateKeysInput extends RotateKeysOptions {
  readonly model: IntegrationModel;
  /** What else is sealed. */
  readonly kept: readonly KeptValues[];
  readonly keyRing: KeyRing;
}

export interface RotationResult {
  /** Documents that this rotation sealed with the current key. */
  readonly resealed: number;
  /** The first thousand that could not be opened. */
  readonly failed: readonly RotationFailure[];
  /** Documents still sealed with another key: failed, left by an abort, or written meanwhile. 0: no other key is needed. */
  readonly remaining: number;
}

/**
 * Seals everything with the current key that is sealed with another one: credentials and tokens, and what is kept for a
 * while. Cached responses are left out: they are found by a hash made with the first key, and fetched anew. Safe to run
 * in several processes at once, while all of it changes, and again after it was killed: every write compares what it
 * replaces, and what is done no longer matches.
 */
export async function rotateKeys(input: RotateKeysInput): Promise<RotationResult> {
  const { model, kept, keyRing, signal, onProgress, batchSize = 100, dryRun = false } = input;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new IntegrationError('OPTIONS_INVALID', 'batchSize: expected a positive integer.', {
      details: { path: 'batchSize' },
    });
  }
  const rotation = createRotation(signal, onProgress);
  if (!dryRun) {
    await resealIntegrations({ model, keyRing, rotation, batchSize });
    const sealer = createBoundSealer(keyRing);
    for (const values of kept) await resealKept(values, { keyRing, sealer, rotation });
  }
  return { resealed: rotation.resealed(), failed: rotation.failures(), remaining: await countRemaining(input) };
}

async function countRemaining({ model, kept, keyRing }: RotateKeysInput): Promise<number> {
  const counts = await Promise.all([
    countStale(model, keyRing),
    ...kept.map((values) => countStaleKept(values, keyRing)),
  ]);
  return counts.reduce((sum, count) => sum + count, 0);
}
