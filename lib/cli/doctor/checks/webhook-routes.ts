import { Types } from 'mongoose';
import { handlesWebhooks } from '../../../../providers/capabilities.js';
import type { Integrations } from '../../../instance/services.js';
import { askRoutes, brokenFinding, type RouteAnswer } from '../ask-routes.js';
import { ok, problem, type Check, type Finding } from '../finding.js';
import type { InstanceWorld } from '../world.js';

/** Whether webhooks reach the routes with their bodies as they were sent. */
export const webhookRoutes: Check<InstanceWorld> = {
  name: 'webhook routes',
  async run(world) {
    const { integrations } = world;
    const [key] = integrations.providers.registered().filter((each) => receivesWebhooks(integrations, each));
    if (key === undefined) return [ok('No provider receives webhooks.')];
    // For an integration that there is not: whatever its provider takes for signed, nothing is stored.
    const path = `/${key}/${new Types.ObjectId().toHexString()}/webhook`;
    const body = JSON.stringify({ from: 'integrations doctor' });
    const judge = (answer: RouteAnswer) => findingOf(answer, integrations.basePath);
    return [await askRoutes(world, { method: 'POST', path, body }, { purpose, judge })];
  },
};

const purpose = 'whether webhooks reach the application';

function receivesWebhooks({ providers }: Integrations, key: string): boolean {
  const found = providers.find(key);
  return found !== null && handlesWebhooks(found.provider);
}

function findingOf(answer: RouteAnswer, basePath: string): Finding {
  const { status, code } = answer;
  const refused = status === 401 || status === 404;
  if (refused && code !== null) return ok(`A webhook without an addressee is refused, as it should be: ${code}.`);
  if (code === 'WEBHOOK_BODY_CONSUMED') {
    return problem(
      'A body parser reads webhooks before the routes do: no signature can be verified.',
      'Mount integrationsRouter() before the body parsers, or express.json({ verify: captureRawBody }) in their place.',
    );
  }
  if (status >= 500) return brokenFinding(answer);
  if (status === 404) {
    return problem(
      `Nothing of this package answers below ${basePath}.`,
      'Mount it: app.use(integrationsRouter({ integrations })).',
    );
  }
  return problem(
    `A webhook was answered with ${String(status)}${code === null ? ', by something before the routes' : `: ${code}`}.`,
    'Let webhooks past log-ins, checks of origin and rewrites: their senders prove themselves by signatures.',
  );
}
