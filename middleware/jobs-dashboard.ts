import type { Agenda } from 'agenda';
import { json, Router, type RequestHandler } from 'express';
import { defaultInstance, openInstances } from '../lib/instance/default-instance.js';
import type { Integrations } from '../lib/instance/services.js';
import { checkDashboardRequest } from './dashboard-request.js';
import { requireGuard, type Guard } from './guard.js';
import { integrationErrorHandler } from './integration-error-handler.js';

export interface JobsDashboardOptions {
  /**
   * Whether whoever sends the request may see and change jobs; asked for every request, with the action
   * `jobs.dashboard`. Without one all is answered with 403.
   */
  readonly guard?: Guard;
  /** Whose jobs; default: the only open instance when a request arrives. */
  readonly integrations?: Pick<Integrations, 'agenda' | 'logger'>;
}

/**
 * Serves agendash, the dashboard of Agenda, below a path of the application's own:
 *
 *     app.use('/admin/jobs', jobsDashboard({ guard: (req) => req.user?.isAdmin === true }));
 *
 * It lists, retries, deletes and pauses jobs; it makes none. Changes are accepted as JSON from its own pages only.
 */
export function jobsDashboard({ guard, integrations }: JobsDashboardOptions = {}): Router {
  const logger = () => (integrations ?? openInstances()[0])?.logger;
  const dashboard = Router();
  dashboard.use(requireGuard(guard, { action: 'jobs.dashboard', integration: null }, logger));
  dashboard.use(function forbidCaching(_req, res, next) {
    res.set('cache-control', 'no-store');
    next();
  });
  dashboard.use(json({ limit: '100kb' }), checkDashboardRequest);
  dashboard.use(serveAgendash(() => (integrations ?? defaultInstance()).agenda));
  dashboard.use(integrationErrorHandler(integrations && { integrations }));
  return dashboard;
}

function serveAgendash(agendaOf: () => Agenda): RequestHandler {
  const dashboards = new WeakMap<Agenda, Router>();
  return async function serveAgendash(req, res, next) {
    const agenda = agendaOf();
    // Loaded when it is first asked for: most processes show no dashboard.
    const { createExpressMiddleware } = await import('agendash');
    const dashboard = dashboards.get(agenda) ?? createExpressMiddleware(agenda);
    dashboards.set(agenda, dashboard);
    dashboard(req, res, next);
  };
}
