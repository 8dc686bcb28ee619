import { isAxiosError } from 'axios';
import type { ErrorRequestHandler } from 'express';
import { openInstances } from '../lib/instance/default-instance.js';
import { isIntegrationError, type IntegrationError } from '../lib/errors.js';
import { isError } from '../lib/is-error.js';
import { createRedactor } from '../lib/redaction/redactor.js';
import type { Integrations } from '../lib/instance/services.js';
import { problemDetails, type ProblemDetails } from './problem-details.js';

export interface IntegrationErrorHandlerOptions {
  /** Whose logger gets the errors that are answered with 5xx; default: the instance opened first. */
  readonly integrations?: Pick<Integrations, 'logger'>;
  /**
   * Tells the client also what happened on our side: `detail` of 5xx answers is the redacted message instead of the
   * title. Default false.
   */
  readonly exposeDetails?: boolean;
}

/**
 * Answers the errors of this package with problem documents (RFC 9457) and leaves all others to the application's own
 * handler. Put it behind the routes: `app.use(integrationErrorHandler())`.
 */
export function integrationErrorHandler(options: IntegrationErrorHandlerOptions = {}): ErrorRequestHandler {
  const { integrations, exposeDetails = false } = options;
  const redactor = createRedactor();
  const redact = (message: string) => redactor.text(message);
  // Express tells error handlers by their four parameters.
  return function integrationErrorHandler(thrown: unknown, req, res, next) {
    const error = ownError(thrown);
    if (res.headersSent || error === null) {
      next(thrown);
      return;
    }
    const problem = problemDetails(error, req, { exposeDetails, redact });
    const logger = (integrations ?? openInstances()[0])?.logger;
    const facts = { ...logFields(error, problem), method: req.method };
    // In an outage there is one for each request, and nothing is wrong on our side.
    if (isIntegrationError(error, 'CIRCUIT_OPEN')) logger?.warn(error.message, { ...facts, stack: undefined });
    else if (problem.status >= 500) logger?.error(`${problem.code}: ${error.message}`, facts);
    const retryAfter = retryAfterSeconds(error);
    if (retryAfter !== null) res.set('retry-after', String(retryAfter));
    // Some of these answers depend on who asks, and caches may keep a 404 unasked (RFC 9110, section 15.1).
    res.set('cache-control', 'no-store');
    res.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  };
}

/** The error of this package, also where `integration.http` rejected with it as the cause of an AxiosError. */
function ownError(thrown: unknown): IntegrationError | null {
  if (isIntegrationError(thrown)) return thrown;
  const cause = isAxiosError(thrown) ? thrown.cause : null;
  return isIntegrationError(cause) ? cause : null;
}

/** Where it happened, without what the other side said: the message of a cause may quote a request. */
function logFields(error: IntegrationError, problem: ProblemDetails) {
  return {
    code: problem.code,
    status: problem.status,
    path: problem.instance,
    stack: error.stack,
    cause: isError(error.cause) ? error.cause.name : undefined,
  };
}

/** What the error says, in whole seconds, as RFC 9110, section 10.2.3, wants them. */
function retryAfterSeconds(error: IntegrationError): number | null {
  const seconds = 'retryAfterSeconds' in error ? error.retryAfterSeconds : null;
  return typeof seconds === 'number' && seconds >= 0 && seconds <= Number.MAX_SAFE_INTEGER ? Math.ceil(seconds) : null;
}
