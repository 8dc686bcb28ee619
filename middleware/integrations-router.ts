import { Router, type ErrorRequestHandler, type RequestHandler } from 'express';
import { defaultInstance, openInstances } from '../lib/instance/default-instance.js';
import { instanceRoutes, type RoutedInstance } from './instance-routes.js';
import { integrationErrorHandler } from './integration-error-handler.js';
import { literalPath } from './literal-path.js';
import type { OAuthRouteOptions } from './oauth-routes.js';

export interface IntegrationsRouterOptions extends OAuthRouteOptions {
  /** The instance to serve; default: the only open one when a request arrives. */
  readonly integrations?: RoutedInstance;
}

// Where an instance will be that names no `basePath`.
const DEFAULT_BASE_PATH = '/integrations';

/**
 * Serves an instance of the package: webhooks at `{basePath}/{provider}/webhook` and
 * `{basePath}/{provider}/{id}/webhook`, OAuth at `{basePath}/{id}/oauth/authorize`, `{basePath}/{id}/oauth/revoke` and
 * `{basePath}/oauth/callback`, `GET {basePath}/health`, and problem documents for all else below its `basePath`. What
 * is outside of it goes on to the application's own routes, so that the router can be mounted at the root, or below a
 * prefix; before its body parsers, or behind those that have `captureRawBody`.
 *
 * Without an instance it serves the default one, looked up with every request: `INSTANCE_MISSING` is answered where
 * none is open, `INSTANCE_AMBIGUOUS` where several are.
 */
export function integrationsRouter({ integrations, ...options }: IntegrationsRouterOptions = {}): Router {
  return integrations === undefined
    ? Router().use(serveDefaultInstance(options))
    : instanceRoutes(integrations, options);
}

function serveDefaultInstance(options: OAuthRouteOptions): RequestHandler {
  const answerError = integrationErrorHandler();
  const routers = new WeakMap<RoutedInstance, Router>();
  const routerOf = (instance: RoutedInstance) => {
    const router = routers.get(instance) ?? instanceRoutes(instance, options);
    routers.set(instance, router);
    return router;
  };
  return function serveDefaultInstance(req, res, next) {
    let router: Router;
    try {
      router = routerOf(defaultInstance());
    } catch (error) {
      router = refusal(error, answerError);
    }
    router(req, res, next);
  };
}

/** Answers with the error wherever an instance would answer if it were the default one. */
function refusal(error: unknown, answerError: ErrorRequestHandler): Router {
  const basePaths = openInstances().map(({ basePath }) => literalPath(basePath));
  const router = Router();
  router.use(basePaths.length === 0 ? DEFAULT_BASE_PATH : basePaths, (_req, _res, next) => next(error));
  router.use(answerError);
  return router;
}
