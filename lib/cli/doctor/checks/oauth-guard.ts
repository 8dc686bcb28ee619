import { Types } from 'mongoose';
import { hasOAuth2 } from '../../../../providers/capabilities.js';
import { askRoutes, brokenFinding, type RouteAnswer } from '../ask-routes.js';
import { ok, problem, type Check, type Finding } from '../finding.js';
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
    return [await askRoutes(world, { method: 'GET', path }, { purpose, judge: findingOf })];
  },
};

const purpose = 'whether strangers may connect integrations';

function findingOf(answer: RouteAnswer): Finding {
  const { status, code } = answer;
  if (status >= 500) return brokenFinding(answer);
  if (code === 'INTEGRATION_NOT_FOUND') {
    return problem(
      'The guard of the OAuth routes lets anybody in: who is not signed in could connect and disconnect.',
      'Give integrationsRouter() a `guard` that returns true for those who may, and for nobody else.',
    );
  }
  if (status >= 300 && (status !== 404 || code !== null)) {
    return ok(`Who is not signed in is refused: ${String(status)}.`);
  }
  return problem(
    `The OAuth routes answered with ${String(status)}.`,
    'Mount them: app.use(integrationsRouter({ integrations, guard })).',
  );
}
