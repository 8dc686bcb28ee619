import { HttpResponseError, statusCodeOf } from '../../lib/index.js';

/** What an answer of GitHub says about a failed call. */
export interface FailureFacts {
  readonly statusCode: number;
  /** A header by its lower-case name. */
  header(name: string): string | null;
  /** GitHub's own words; empty where it had none. */
  readonly message: string;
}

/**
 * The facts of a failed call: of our own HttpResponseError, of octokit's RequestError, of axios' and the like. Null
 * where no answer came.
 */
export function failureFacts(error: unknown): FailureFacts | null {
  const statusCode = statusCodeOf(error);
  if (statusCode === null) return null;
  const source = answerIn(error);
  return {
    statusCode,
    header: (name) => headerOf(property(source, 'headers'), name),
    message: messageOf(error, source),
  };
}

/** The object that has the headers: the error itself, its `response`, or those of what it wraps. */
function answerIn(error: unknown, depth = 0): unknown {
  const holder = [error, property(error, 'response')].find((candidate) => isObject(property(candidate, 'headers')));
  if (holder !== undefined || depth > 5) return holder;
  const cause = property(error, 'cause');
  return cause === undefined ? undefined : answerIn(cause, depth + 1);
}

function headerOf(headers: unknown, name: string): string | null {
  if (headers instanceof Headers) return headers.get(name);
  const value = property(headers, name);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

function messageOf(error: unknown, source: unknown): string {
  const body = property(source, 'body') ?? property(source, 'data');
  const message = property(body, 'message') ?? body;
  if (typeof message === 'string') return message;
  // The message of our own error names the path, in which a repository may be called `throttle`.
  return error instanceof Error && !(error instanceof HttpResponseError) ? error.message : '';
}

function property(value: unknown, name: string): unknown {
  return isObject(value) ? Reflect.get(value, name) : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
