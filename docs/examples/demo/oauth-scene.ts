import assert from 'node:assert/strict';
import { isIntegrationError, type IntegrationDocument } from 'express-integrations';
import { createBrowser, type Hop } from './browser.js';
import { answerOf } from './request-table.js';
import type { Stage } from './stage.js';
import { fit } from './terminal.js';
import type { World } from './world.js';

/** A user connects GitHub, stays connected when the token expires, and disconnects. */
export async function oauthScene({ open, say, table, world }: Stage): Promise<void> {
  open(
    'Connected by OAuth',
    'A user authorizes our GitHub App: to its authorization server and back, by redirects. No token is entered.',
  );
  const { api, origin, integrations } = world;
  const { authorizationServer } = api;
  const integration = await createUnconnected(world);
  const browser = createBrowser();
  const routes = `${origin}/integrations/${integration.id}/oauth`;
  const hops = await browser.visit(`${routes}/authorize`);
  table(hopTable(hops, origin));
  assert.deepEqual(
    hops.map(({ status }) => status),
    [303, 302, 200],
    'answers on the way',
  );
  const connected = await callUser(world, integration);
  authorizationServer.expireAccessTokens();
  const refreshed = await callUser(world, integration);
  const [end] = await browser.submit(`${routes}/revoke`);
  assert.equal(end?.status, 200, 'the answer to the revocation');
  const disconnected = await callUser(world, integration);
  table(
    callTable({ 'after connecting': connected, 'eight hours later': refreshed, 'after disconnecting': disconnected }),
  );
  assert.deepEqual([connected, refreshed, disconnected], ['200', '401 -> 200', 'REAUTHORIZATION_REQUIRED'], 'calls');
  const { authStatus } = (await integrations.find(integration.id)) ?? {};
  const deleted = api.requests.filter(({ method, status }) => method === 'DELETE' && status === 204);
  assert.ok(authStatus === 'revoked' && deleted.length === 1, 'the connection is over on both sides');
  say('GitHub was told to forget the token, and we have.');
}

/** No token is in its credentials. It is there to be called, not to be synced. */
async function createUnconnected({ api, integrations }: World): Promise<IntegrationDocument> {
  const metadata = { owner: 'octokit-fixture-org', repo: 'paginate-issues', baseUrl: api.url };
  const integration = await integrations.create({ provider: 'github', name: 'Connected', credentials: {}, metadata });
  await integrations.syncs.pause(integration);
  return integration;
}

/** What became of the attempts of a call, made with what is stored now. */
async function callUser({ integrations }: World, { id }: IntegrationDocument): Promise<string> {
  const integration = await integrations.find(id);
  assert.ok(integration, 'the integration');
  try {
    await integration.at('/user').get();
  } catch (error) {
    if (!isIntegrationError(error, 'REAUTHORIZATION_REQUIRED')) throw error;
    return error.code;
  }
  const last = await integration.requests().sort({ createdAt: -1 }).findOne().lean();
  return (last?.attempts ?? []).map(answerOf).join(' -> ');
}

function hopTable(hops: readonly Hop[], origin: string): string[] {
  return hops.map(({ method, url, status }) => {
    const host = url.origin === origin ? 'application' : 'GitHub';
    const path = url.pathname.replace(/[0-9a-f]{24}/, '{id}');
    return `${fit(host, 12)} ${method} ${fit(path, 44)} ${String(status)}`;
  });
}

function callTable(calls: Readonly<Record<string, string>>): string[] {
  return Object.entries(calls).map(([when, answers]) => `${fit(when, 20)} GET /user -> ${answers}`);
}
