import type { Types } from 'mongoose';
import type { IntegrationLogDocument, OperationDirection } from './integration-log.js';

/** What an operation log is made of. */
export interface OperationInput {
  /** `sync`, `import`, `webhook`, … */
  operation: string;
  /** Default `outbound`. */
  direction?: OperationDirection;
  summary?: string | null;
  externalId?: string | null;
  metadata?: unknown;
  resultData?: unknown;
  /** Number of this attempt, from 1, where somebody counts: an alert may wait for the last one. */
  attempt?: number | null;
  /** How many there will be at most. */
  maxAttempts?: number | null;
  /** The operation that this one is part of; default: the one in whose course it is logged. */
  parent?: Types.ObjectId | { readonly _id: Types.ObjectId } | null;
}

/** An operation logged in one go. */
export interface LoggedOperation extends OperationInput {
  /** Free-form. `success` emits `operationCompleted`, `failed` `operationFailed`, `processing` `operationStarted`. */
  status: string;
  error?: unknown;
  durationMs?: number | null;
}

/** What the work of a running operation may say about it, before it ends. */
export type OperationReport = Pick<OperationInput, 'summary' | 'externalId' | 'metadata' | 'resultData'>;

export interface OperationHandle {
  readonly log: IntegrationLogDocument;
  /** Sets fields that are written when the operation ends; later reports add to earlier ones. */
  report(facts: OperationReport): void;
}

export type OperationWork<T> = (handle: OperationHandle) => Promise<T>;
