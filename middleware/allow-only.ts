import type { RequestHandler } from 'express';
import { IntegrationError } from '../lib/errors.js';

/** Ends a route: refuses the methods that it has no handler for with 405 and an Allow header (RFC 9110, section 15.5.6). */
export function allowOnly(...methods: readonly string[]): RequestHandler {
  const allowed = methods.join(', ');
  return function refuseMethod(req, res, next) {
    res.set('allow', allowed);
    next(new IntegrationError('METHOD_NOT_ALLOWED', `${req.method} is not allowed here; allowed: ${allowed}.`));
  };
}
