import type { Request } from 'express';
import { errorTable, type IntegrationError, type IntegrationErrorCode } from '../lib/errors.js';

/** A problem document (RFC 9457, section 3). */
export interface ProblemDetails {
  /** The kind of problem: `urn:express-integrations:error:` and the code in kebab-case. */
  readonly type: string;
  readonly title: string;
  /** The HTTP status of the answer. */
  readonly status: number;
  readonly detail: string;
  /** Path of the request, without the query. */
  readonly instance: string;
  /** The stable code of the error. */
  readonly code: string;
  /** What the developer of the application can do: the same text for every error of that code. */
  readonly remedy: string;
}

export interface ProblemOptions {
  /** Says what happened also where our side is at fault (5xx); otherwise `detail` repeats the title there. */
  readonly exposeDetails: boolean;
  /** Takes secrets out of an error's message. */
  readonly redact: (message: string) => string;
}

/**
 * The problem document of an error. It is made of the error table, the path of the request and, for 4xx, the redacted
 * message. Nothing else of the error is read: no cause, stack, details, payload or body.
 */
export function problemDetails(error: IntegrationError, req: Request, options: ProblemOptions): ProblemDetails {
  const { code, status, title, remedy } = entryOf(error);
  return {
    type: `urn:express-integrations:error:${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail: status < 500 || options.exposeDetails ? options.redact(error.message) : title,
    instance: req.originalUrl.replace(/[?#].*$/s, ''),
    code,
    remedy,
  };
}

function entryOf({ code, status }: IntegrationError) {
  // One that is answered in another way than the table says has a status of its own.
  if (isKnown(code)) return { code, ...errorTable[code], ...(isErrorStatus(status) && { status }) };
  // Another installed copy of the package has codes of its own: its texts are not taken on trust.
  return {
    code: 'INTEGRATION_ERROR',
    status: isErrorStatus(status) ? status : 500,
    title: 'Integration error',
    remedy: 'See the log of the application.',
  };
}

function isErrorStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 400 && status <= 599;
}

function isKnown(code: string): code is IntegrationErrorCode {
  return Object.hasOwn(errorTable, code);
}
