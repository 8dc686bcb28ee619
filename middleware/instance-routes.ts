import { Router } from 'express';
import { IntegrationError } from '../lib/errors.js';
import type { Integrations } from '../lib/instance/services.js';
import type { WebhookReceiver } from '../lib/webhooks/receive-webhook.js';
import { healthRoute } from './health-route.js';
import { integrationErrorHandler } from './integration-error-handler.js';
import { literalPath } from './literal-path.js';
import { oauthRoutes, type OAuthRoutedInstance, type OAuthRouteOptions } from './oauth-routes.js';
import { webhookRoutes } from './webhook-routes.js';

/** What the routes of an instance need of it. */
export interface RoutedInstance extends Pick<Integrations, 'basePath' | 'health' | 'logger'>, OAuthRoutedInstance {
  readonly webhooks: WebhookReceiver;
}

/** Everything that one instance answers below its base path, and nothing outside of it. */
export function instanceRoutes(integrations: RoutedInstance, options: OAuthRouteOptions = {}): Router {
  const routes = Router();
  routes.use(function forbidCaching(_req, res, next) {
    res.set('cache-control', 'no-store');
    next();
  });
  routes.use(webhookRoutes(integrations));
  routes.use(healthRoute(integrations));
  routes.use(oauthRoutes(integrations, options));
  routes.use(function notFound(_req, _res, next) {
    next(new IntegrationError('ROUTE_NOT_FOUND', 'There is nothing at this path.'));
  });
  routes.use(integrationErrorHandler({ integrations }));
  return Router().use(literalPath(integrations.basePath), routes);
}
