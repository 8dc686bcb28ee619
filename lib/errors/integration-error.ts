import { errorTable } from '../error-table.js';

/** The stable codes of {@link errorTable}. */
export type IntegrationErrorCode = keyof typeof errorTable;

export interface IntegrationErrorOptions {
  /** What led here; kept as `error.cause`. */
  readonly cause?: unknown;
  /** Facts for programs, without secrets: ids, paths, counts. */
  readonly details?: Readonly<Record<string, unknown>>;
}

// Symbol.for, because two installed copies of the package must recognise each other's errors.
export const brand = Symbol.for('express-integrations.error');

/** The base of all errors of this package; tell them apart by `code`. */
export class IntegrationError<Code extends IntegrationErrorCode = IntegrationErrorCode> extends Error {
  override readonly name: string = 'IntegrationError';
  readonly [brand] = true;
  readonly code: Code;
  /** The HTTP status that the error-handling middleware answers with. */
  readonly status: number;
  /** What a person can do about it. */
  readonly remedy: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: Code, message: string, options: IntegrationErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.status = errorTable[code].status;
    this.remedy = errorTable[code].remedy;
    this.details = options.details ?? {};
  }
}
