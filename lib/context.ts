import { AsyncLocalStorage } from 'node:async_hooks';
import type { Types } from 'mongoose';

/** What a callback learns from the answer of an SDK and reports for the log and the rate limits. */
export interface ResponseMetadata {
  /** The upstream's own id of the request (Stripe `Request-Id`, `X-GitHub-Request-Id`); cut to 128 characters. */
  readonly providerRequestId?: string | null;
  /** HTTP status, where the SDK hides it. */
  readonly statusCode?: number | null;
  /** How many calls the upstream still allows in the current window. */
  readonly rateLimitRemaining?: number | null;
  /** When that window ends. */
  readonly rateLimitResetAt?: Date | null;
  /** How long the upstream asks to stay away, in seconds. */
  readonly retryAfterSeconds?: number | null;
}

/** What a callback gets: the facts of the call that it is part of. One object for all attempts of a call. */
export interface RequestContext {
  readonly integrationId: Types.ObjectId;
  /** Registry key of the provider. */
  readonly provider: string;
  readonly endpoint: string;
  readonly method: string;
  /** The same on every attempt; null when the caller gave none. */
  readonly idempotencyKey: string | null;
  /** Number of the current attempt, from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Aborted when the attempt times out, the deadline passes, the caller aborts or the instance stops. */
  readonly signal: AbortSignal;
  /** What was reported for the current attempt; empty when an attempt starts. */
  readonly responseMetadata: ResponseMetadata;
  /**
   * Reports facts of the answer; later reports of one attempt add to earlier ones. What a callback reports after its
   * attempt has timed out is ignored.
   */
  reportResponseMetadata(metadata: ResponseMetadata): void;
}

/** The operation (sync, import, webhook, …) in whose course code runs. */
export interface OperationContext {
  readonly operation: string;
  /** Null: it has no log, as a webhook that is for no integration. */
  readonly logId: Types.ObjectId | null;
  /** Called once per logical call made while the operation runs. */
  noteRequest(summary: RequestSummary): void;
}

/** The bounded summary of a call that operation logs, webhooks and sync items embed. */
export interface RequestSummary {
  readonly requestId: Types.ObjectId;
  readonly endpoint: string;
  readonly method: string;
  readonly statusCode: number | null;
  readonly durationMs: number;
  readonly failureClass: string | null;
  readonly startedAt: Date;
}

/** The attempt of a sync item in whose course a listener runs. */
export interface SyncAttempt {
  readonly itemId: Types.ObjectId;
  /** Of the operation log, and of the run. */
  readonly syncLogId: Types.ObjectId;
  readonly externalId: string | null;
  /** Number of this attempt, from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Aborted when the attempt takes too long, or the process stops. */
  readonly signal: AbortSignal;
}

/** `interactive`: somebody waits for it. `background`: it may wait for those. */
export type CallPriority = 'interactive' | 'background';

/** Who the code works for; goes into every log line. */
export interface IntegrationIdentity {
  readonly id: string;
  readonly provider: string;
  readonly name: string;
}

interface Ambient {
  readonly integration: IntegrationIdentity | null;
  readonly request: RequestContext | null;
  /** The attempt of `request` that the code belongs to: it may still run when the next one has begun. */
  readonly attempt: number | null;
  readonly operation: OperationContext | null;
  readonly syncAttempt: SyncAttempt | null;
  /** Of the calls that the code makes. */
  readonly priority: CallPriority;
  /** Called once for each logical call that the code makes, when it begins. */
  readonly noteCall: (() => void) | null;
}

const nothing: Ambient = {
  integration: null,
  request: null,
  attempt: null,
  operation: null,
  syncAttempt: null,
  priority: 'interactive',
  noteCall: null,
};
const storage = new AsyncLocalStorage<Ambient>();

/** What surrounds the running code; all null outside of calls and operations. */
export function ambient(): Ambient {
  return storage.getStore() ?? nothing;
}

/** Runs `work` inside the given surroundings, which nest: what is not named stays as it is outside. */
export function runWithin<T>(surroundings: Partial<Ambient>, work: () => T): T {
  return storage.run({ ...ambient(), ...surroundings }, work);
}

/** The context of the call whose callback is running, or null. Safe when calls nest and run side by side. */
export function currentContext(): RequestContext | null {
  return ambient().request;
}

/** The attempt of a sync item whose listener is running, or null. */
export function currentSyncAttempt(): SyncAttempt | null {
  return ambient().syncAttempt;
}

/**
 * Runs work whose calls let interactive ones go first where rate limits hold them back: an import, a report. Nothing
 * else changes.
 */
export function inBackground<T>(work: () => T): T {
  return runWithin({ priority: 'background' }, work);
}
