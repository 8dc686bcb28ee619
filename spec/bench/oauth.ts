/**
 * How long callers wait for an access token that another process refreshes: four processes of 50 callers each, one
 * expired token, and an authorization server (oidc-provider) in a sixth process that takes 200 ms; and when all are
 * served after the process that refreshes was killed before it asked. The worst of several rounds. Argument: the rounds
 * (5 by default).
 */
import mongoose from 'mongoose';
import { createKeyRing } from '../../lib/credentials/key-ring.js';
import { createSealer } from '../../lib/credentials/sealer.js';
import { createIntegrations, createOAuth2Client } from '../../lib/index.js';
import { tokensToStore } from '../../lib/oauth/stored-tokens.js';
import { startMongo } from '../support/mongod/index.js';
import { callFrom, grantedTokens, raceClient, type RaceReport } from '../support/oauth-race.js';
import type { OAuthWorkerSettings } from '../support/oauth-worker.js';
import type { OidcServerReady } from '../support/oidc-server-process.js';
import type { OidcServerBehaviour, SeenTokenRequest } from '../support/oidc-server-settings.js';
import { withDatabaseName } from '../support/mongo-uri.js';
import { startProcess } from '../support/worker-process.js';
import { rounded } from './measure.js';

const [rounds = 5] = process.argv.slice(2).map(Number);
const leaseSeconds = 2;
const callers = 50;
const redirectUri = 'https://app.example.com/integrations/oauth/callback';
const keys = [{ id: 'bench', secret: Buffer.alloc(32, 7).toString('base64') }];

const sealer = createSealer(createKeyRing(keys));

const mongo = await startMongo();
const uri = withDatabaseName(mongo.uri, 'bench_oauth');
const server = await startProcess('oidc-server-process.ts', { redirectUris: [redirectUri] });
const { origin: issuer } = (await server.ask({})) as OidcServerReady;
const connection = await mongoose.createConnection(uri).asPromise();
await connection.dropDatabase();

const client = createOAuth2Client({ issuer, scopes: ['openid'], client: () => raceClient });
const integrations = createIntegrations({
  ...{ connection, encryptionKeys: keys, logger: false, jobs: { enabled: false } },
  http: { allowedPrivateHosts: ['127.0.0.1'] },
  providers: {
    acme: { name: 'Acme', credentialSchema: { type: 'object' }, metadataSchema: { type: 'object' }, ...client },
  },
});
await integrations.start();
const settings: OAuthWorkerSettings = { uri, issuer, client: raceClient, keys, leaseSeconds };
const start = (standsStill?: 'before') =>
  startProcess('oauth-worker.ts', { ...settings, ...(standsStill && { standsStill }) });
const workers = await Promise.all(Array.from({ length: 4 }, () => start()));

await behave({ delayBeforeMs: 200 });
// The first round finds everything cold.
await race(await expired());
const races: { readonly report: RaceReport; readonly refreshes: number }[] = [];
const rescues: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  races.push(await race(await expired()));
  rescues.push(await rescue(await expired()));
}
const worst = Math.max(...races.map(({ report }) => report.slowestWaiterMs));
const figures = {
  bench: 'oauth',
  refreshes: Math.max(...races.map(({ refreshes }) => refreshes)),
  callers: Math.min(...races.map(({ report }) => report.callers)),
  slowestWaiterMs: rounded(worst),
  leaseMs: leaseSeconds * 1_000,
  servedAfterKillMs: rounded(Math.max(...rescues)),
};
console.table(
  races.map(({ report }, round) => ({
    'slowest waiter, ms': rounded(report.slowestWaiterMs),
    'all served after a kill, ms': rounded(rescues[round] ?? Number.NaN),
  })),
);

await Promise.all([...workers, server].map((worker) => worker.end()));
await integrations.close();
await connection.close();
await mongo.stop();
console.log(JSON.stringify(figures));

/** Connected, with an access token that has expired; gives its id. */
async function expired(): Promise<string> {
  const integration = await integrations.create({ provider: 'acme', name: 'Acme', credentials: {} });
  const { _id } = integration;
  const tokenExpiresAt = new Date(Date.now() - 1_000);
  const given = { ...(await grantedTokens(client, integration, redirectUri)), tokenExpiresAt };
  const { sealed } = await sealer.seal({ integrationId: _id, field: 'tokens', value: tokensToStore(given, null) });
  const $set = { tokens: sealed, tokenExpiresAt, authStatus: 'connected' };
  await integrations.models.Integration.collection.updateOne({ _id }, { $set, $inc: { credentialVersion: 1 } });
  return integration.id;
}

async function race(integrationId: string) {
  const before = await refreshes();
  const report = await callFrom(workers, integrationId, callers);
  assertServed(report);
  return { report, refreshes: (await refreshes()) - before };
}

/** Milliseconds from the kill to the last caller. */
async function rescue(integrationId: string): Promise<number> {
  const victim = await start('before');
  await victim.ask({ integrationId, callers: 1 });
  const served = callFrom(workers, integrationId, callers);
  const killedAt = performance.timeOrigin + performance.now();
  victim.kill('SIGKILL');
  const report = await served;
  assertServed(report);
  return report.lastServedAt - killedAt;
}

function assertServed({ got }: RaceReport): void {
  const [token = null] = got;
  // What is no token is the code of an error.
  if (got.size === 1 && token !== null && !/^[A-Z_]+$/.test(token)) return;
  throw new Error(`Not all were served: ${[...got].join(', ')}`);
}

async function refreshes(): Promise<number> {
  const seen = (await (await fetch(`${issuer}/spec/requests`)).json()) as SeenTokenRequest[];
  return seen.filter(({ grantType }) => grantType === 'refresh_token').length;
}

async function behave(behaviour: Partial<OidcServerBehaviour>): Promise<void> {
  await fetch(`${issuer}/spec/behaviour`, { method: 'POST', body: JSON.stringify(behaviour) });
}
