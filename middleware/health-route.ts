import { Router } from 'express';
import type { Integrations } from '../lib/instance/services.js';
import { allowOnly } from './allow-only.js';

/** `GET /health`: 200 while the parts that the package needs are there, 503 otherwise. */
export function healthRoute(integrations: Pick<Integrations, 'health'>): Router {
  const router = Router();
  router
    .route('/health')
    .get(async function health(_req, res) {
      const health = await integrations.health();
      res.status(health.status === 'ok' ? 200 : 503).json(health);
    })
    .all(allowOnly('GET', 'HEAD'));
  return router;
}
