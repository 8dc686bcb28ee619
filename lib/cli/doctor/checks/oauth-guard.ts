import { Types } from 'mongoose';
import { hasOAuth2 } from '../../../../providers/capabilities.js';
import { askRoutes, type RouteAnswer } from '../ask-routes.js';
import { ok, problem, warning, type Check, type Finding } from '../finding.js';
import type { InstanceWorld } from '../world.js';

/** Whether strangers may connect integrations. */
export const oauthGuard: Check<InstanceWorld> = {
  name: 'oauth guard',
  async run(world) {
    const { providers } = world.integrations;
    const connects = providers.registered().some((key) => hasOAuth2(providers.get(key).provider));
    if (!connects) return [ok('No provider connects by OAuth.')];
    // The guard is asked before the integration is looked for, which there is not.
    const path = `/${new Types.ObjectId().toHexString()}/oauth/authorize`;
    const answer = await askRoutes(world, (ask) => ask({ method: 'GET', path }));
    return [answer === null ? notAsked : findingOf(answer)];
  },
};

const notAsked = warning(
  'It was not tried whether strangers may connect integrations.',
  'Give the configuration `app`, or pass --url https://….',
);

function findingOf({ status, code }: RouteAnswer): Finding {
  if (code === 'INTEGRATION_NOT_FOUND') {
    return problem(
      'The guard of the OAuth routes lets anybody in: who is not signed in could connect and disconnect.',
      'Give integrationsRouter() a `guard` that returns true for those who may, and for nobody else.',
    );
  }
  if (status >= 300 && status < 500 && (status !== 404 || code !== null)) {
    return ok(`Who is not signed in is refused: ${String(status)}.`);
  }
  return problem(
    `The OAuth routes answered with ${String(status)}.`,
    'Mount them: app.use(integrationsRouter({ integrations, guard })).',
  );
}
