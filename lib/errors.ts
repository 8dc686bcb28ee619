import {
  brand,
  IntegrationError,
  type IntegrationErrorCode,
  type IntegrationErrorOptions,
} from './errors/integration-error.js';
import type { MappingAlreadyClaimedError } from './errors/mapping-already-claimed-error.js';

export { errorTable, type ErrorEntry } from './error-table.js';
export {
  IntegrationError,
  type IntegrationErrorCode,
  type IntegrationErrorOptions,
} from './errors/integration-error.js';
export { MappingAlreadyClaimedError, type MappingAlreadyClaimedFacts } from './errors/mapping-already-claimed-error.js';

/** The codes whose errors have a class of their own, with more facts. */
export interface IntegrationErrorClasses {
  readonly RETRYABLE: RetryableError;
  readonly RETRIES_EXHAUSTED: RetriesExhaustedError;
  readonly UPSTREAM_STATUS: HttpResponseError;
  readonly SCHEMA_DRIFT: SchemaDriftError;
  readonly CIRCUIT_OPEN: CircuitOpenError;
  readonly IDEMPOTENCY_CONFLICT: IdempotencyConflictError;
  readonly RATE_LIMIT_EXCEEDED: RateLimitExceededError;
  readonly MAPPING_ALREADY_CLAIMED: MappingAlreadyClaimedError;
}

/** What an error of that code is. */
export type IntegrationErrorOf<Code extends IntegrationErrorCode> = Code extends keyof IntegrationErrorClasses
  ? IntegrationErrorClasses[Code]
  : IntegrationError<Code>;

/**
 * Is this an error of this package, and, if a code is given, that one? Works across duplicate installations, where
 * `instanceof` does not.
 */
export function isIntegrationError(error: unknown): error is IntegrationError;
export function isIntegrationError<Code extends IntegrationErrorCode>(
  error: unknown,
  code: Code,
): error is IntegrationErrorOf<Code>;
export function isIntegrationError(error: unknown, code?: IntegrationErrorCode): boolean {
  if (typeof error !== 'object' || error === null) return false;
  try {
    return brand in error && (code === undefined || (error as IntegrationError).code === code);
  } catch {
    // Whatever can be thrown is asked about, a Proxy that refuses to answer as well.
    return false;
  }
}

export interface RetryableErrorOptions extends IntegrationErrorOptions {
  /** Wait this long before the next attempt, in seconds; 0 means at once. */
  readonly retryAfterSeconds?: number;
  /** Lowers the number of attempts of this call; never raises it. */
  readonly maxAttempts?: number;
}

/** Thrown by a callback to have its call retried, whatever the failure looks like otherwise. */
export class RetryableError extends IntegrationError<'RETRYABLE'> {
  override readonly name = 'RetryableError';
  readonly retryAfterSeconds: number | null;
  readonly maxAttempts: number | null;

  constructor(message: string, options: RetryableErrorOptions = {}) {
    super('RETRYABLE', message, options);
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
    this.maxAttempts = options.maxAttempts ?? null;
  }
}

/** Is this a {@link RetryableError}, of whichever installed copy of the package? */
export function isRetryableError(error: unknown): error is RetryableError {
  return isIntegrationError(error, 'RETRYABLE');
}

/** Thrown by the stand-alone `retry()` when the last attempt failed; `cause` is that failure. */
export class RetriesExhaustedError extends IntegrationError<'RETRIES_EXHAUSTED'> {
  override readonly name = 'RetriesExhaustedError';
  readonly attempts: number;

  constructor(attempts: number, cause: unknown) {
    super('RETRIES_EXHAUSTED', `Gave up after ${String(attempts)} attempts.`, { cause, details: { attempts } });
    this.attempts = attempts;
  }
}

/** A URL call was answered with a status outside 200 to 299. */
export class HttpResponseError extends IntegrationError<'UPSTREAM_STATUS'> {
  override readonly name = 'HttpResponseError';
  /** The status the other API answered with. */
  readonly statusCode: number;
  /** Its headers, names in lower case. Hidden like the body: they can set cookies. */
  declare readonly headers: Readonly<Record<string, string>>;
  /** Its body: parsed JSON, text, a Buffer, or null. Not part of JSON answers or logs of this package. */
  declare readonly body: unknown;

  constructor(message: string, response: { statusCode: number; headers: Record<string, string>; body: unknown }) {
    super('UPSTREAM_STATUS', message, { details: { statusCode: response.statusCode } });
    this.statusCode = response.statusCode;
    // They can hold sessions and personal data: kept for programs, hidden from JSON.stringify and console.log.
    Object.defineProperty(this, 'headers', { value: response.headers, enumerable: false });
    Object.defineProperty(this, 'body', { value: response.body, enumerable: false });
  }
}

export interface SchemaDriftFacts {
  /** The integration whose response drifted. */
  readonly integrationId: string;
  readonly endpoint: string;
  /** What the schema is called in the message: its class, title or vendor. */
  readonly schemaName: string;
  /** The value that does not fit. */
  readonly payload: unknown;
  /** Where the value came from. */
  readonly source: 'live' | 'cache';
  /** One line for each violation: the path and what was expected. */
  readonly violations: readonly string[];
  readonly cause?: unknown;
}

/** A response, live or cached, does not fit the schema of its call. */
export class SchemaDriftError extends IntegrationError<'SCHEMA_DRIFT'> {
  override readonly name = 'SchemaDriftError';
  declare readonly payload: unknown;
  readonly source: 'live' | 'cache';
  readonly schemaName: string;
  readonly violations: readonly string[];

  constructor(facts: SchemaDriftFacts) {
    const { integrationId, endpoint, schemaName, source, violations } = facts;
    super(
      'SCHEMA_DRIFT',
      `The ${source} response of ${endpoint} does not fit ${schemaName}: ${violations.join('; ')}`,
      {
        cause: facts.cause,
        details: { integrationId, endpoint, schemaName, source, violations },
      },
    );
    this.source = source;
    this.schemaName = schemaName;
    this.violations = violations;
    Object.defineProperty(this, 'payload', { value: facts.payload, enumerable: false });
  }
}

export interface CircuitOpenFacts {
  readonly integrationId: string;
  /** When the circuit opened; null where an operator holds it open. */
  readonly openedAt: Date | null;
  readonly cooldownSeconds: number;
  /** When it may be worth trying again, in whole seconds from now. */
  readonly retryAfterSeconds: number;
  /** What the attempt before had failed with, where this refuses a retry. */
  readonly cause?: unknown;
}

/** The other API is down, or an operator says so: the call was not sent. */
export class CircuitOpenError extends IntegrationError<'CIRCUIT_OPEN'> {
  override readonly name = 'CircuitOpenError';
  readonly integrationId: string;
  readonly openedAt: Date | null;
  readonly cooldownSeconds: number;
  readonly retryAfterSeconds: number;

  constructor({ cause, ...facts }: CircuitOpenFacts) {
    super('CIRCUIT_OPEN', 'The circuit of the integration is open: the call was not sent.', {
      details: { ...facts },
      ...(cause !== undefined && { cause }),
    });
    this.integrationId = facts.integrationId;
    this.openedAt = facts.openedAt;
    this.cooldownSeconds = facts.cooldownSeconds;
    this.retryAfterSeconds = facts.retryAfterSeconds;
  }
}

export interface RateLimitExceededFacts {
  readonly integrationId: string;
  /** When there may be room again, in whole seconds from now. */
  readonly retryAfterSeconds: number;
  /** What the attempt before had failed with, where this refuses a retry. */
  readonly cause?: unknown;
}

/** The rate limits do not allow the call within the time that it may wait: it was not sent. */
export class RateLimitExceededError extends IntegrationError<'RATE_LIMIT_EXCEEDED'> {
  override readonly name = 'RateLimitExceededError';
  readonly integrationId: string;
  readonly retryAfterSeconds: number;

  constructor({ cause, ...facts }: RateLimitExceededFacts) {
    super('RATE_LIMIT_EXCEEDED', 'The rate limits do not allow the call yet: it was not sent.', {
      details: { ...facts },
      ...(cause !== undefined && { cause }),
    });
    this.integrationId = facts.integrationId;
    this.retryAfterSeconds = facts.retryAfterSeconds;
  }
}

export interface IdempotencyConflictFacts {
  readonly integrationId: string;
  /** What became of the earlier call: it is under way, it was answered, or nobody knows. */
  readonly state: 'in_progress' | 'completed' | 'unknown';
  /** The logged request of the earlier call. */
  readonly requestId: string;
  /** Its result; undefined: there is none, or it was not kept. */
  readonly result: unknown;
}

/** A write of that key was made before, or is under way: this one was not sent. The message does not show the key. */
export class IdempotencyConflictError extends IntegrationError<'IDEMPOTENCY_CONFLICT'> {
  override readonly name = 'IdempotencyConflictError';
  readonly integrationId: string;
  readonly state: IdempotencyConflictFacts['state'];
  readonly requestId: string;
  /** Hidden from JSON and logs: it is an answer of the other API. */
  declare readonly result: unknown;

  constructor({ result, ...facts }: IdempotencyConflictFacts) {
    super(
      'IDEMPOTENCY_CONFLICT',
      `A write of this idempotency key is ${stateText[facts.state]}: the call was not sent.`,
      {
        details: { ...facts },
      },
    );
    this.integrationId = facts.integrationId;
    this.state = facts.state;
    this.requestId = facts.requestId;
    Object.defineProperty(this, 'result', { value: result, enumerable: false });
  }
}

const stateText = { in_progress: 'under way', completed: 'done already', unknown: 'in an unknown state' };
