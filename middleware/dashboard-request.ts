import type { Request, RequestHandler } from 'express';
import { IntegrationError } from '../lib/errors.js';
import { isSameOrigin } from './same-origin.js';

const jobId = /^[0-9a-f]{24}$/i;

/**
 * Refuses what agendash would take too literally. It accepts forms, which any web page may send with the cookies of an
 * operator; and ids that are no list of texts select all jobs there are. New jobs, with any name and data, it may not
 * make: those of the package come from the package.
 */
export const checkDashboardRequest: RequestHandler = function checkDashboardRequest(req, _res, next) {
  if (req.method !== 'GET' && req.method !== 'HEAD') next(refusalOf(req));
  else next();
};

function refusalOf(req: Request): IntegrationError | undefined {
  if (!isSameOrigin(req)) return new IntegrationError('ACTION_FORBIDDEN', 'The request comes from another origin.');
  if (req.is('application/json') !== 'application/json') {
    return new IntegrationError('MEDIA_TYPE_UNSUPPORTED', 'The body must be application/json.');
  }
  if (req.method !== 'POST' || !changes.has(req.path)) {
    return new IntegrationError('ACTION_FORBIDDEN', 'The dashboard changes jobs; it makes none.');
  }
  if (hasJobIds(req.body)) return undefined;
  return new IntegrationError(
    'DASHBOARD_REQUEST_INVALID',
    'jobIds: expected a list of ids, 24 hexadecimal digits each.',
  );
}

const changes = new Set(['requeue', 'retry', 'delete', 'pause', 'resume'].map((change) => `/api/jobs/${change}`));

function hasJobIds(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || !('jobIds' in body)) return false;
  const { jobIds } = body;
  return Array.isArray(jobIds) && jobIds.every((id) => typeof id === 'string' && jobId.test(id));
}
