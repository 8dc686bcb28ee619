/**
 * Callers in several processes that want one access token, and an integration whose token has expired.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto';
import type { HasOAuth2, IntegrationDocument, OAuthTokens } from '../../lib/index.js';
import type { CallersReport, EventReport, OAuthOrder, OAuthWorkerSettings } from './oauth-worker.js';
import { decide } from './oidc-user.js';
import { oidcClientSecret } from './oidc-server-settings.js';
import type { WorkerProcess } from './worker-process.js';

export const raceClient: OAuthWorkerSettings['client'] = {
  clientId: 'client_secret_basic',
  clientSecret: oidcClientSecret,
};

/** Tokens of a user who has agreed. */
export async function grantedTokens(
  client: HasOAuth2,
  integration: IntegrationDocument,
  redirectUri: string,
): Promise<OAuthTokens> {
  const codeVerifier = randomBytes(32).toString('base64url');
  const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
  const url = await client.authorizationUrl(integration, redirectUri, randomBytes(16).toString('hex'), {
    codeChallenge,
  });
  const { searchParams } = await decide(url);
  const proof = { codeVerifier, iss: searchParams.get('iss') };
  return client.exchangeCode(integration, searchParams.get('code') ?? '', redirectUri, proof);
}

/** What the callers of several processes got. */
export interface RaceReport {
  readonly got: ReadonlySet<string | null>;
  readonly callers: number;
  /** How many processes asked the server. */
  readonly refreshers: number;
  /** How long after the first caller of the process that refreshed the last caller of all was served. */
  readonly slowestWaiterMs: number;
  /** Milliseconds since the epoch. */
  readonly lastServedAt: number;
}

/** So many callers in each process, at once. */
export async function callFrom(
  workers: readonly WorkerProcess[],
  integrationId: string,
  callers: number,
): Promise<RaceReport> {
  const order: OAuthOrder = { integrationId, callers };
  const reports = (await Promise.all(workers.map((worker) => worker.ask(order)))) as CallersReport[];
  return raceReport(reports);
}

function raceReport(reports: readonly CallersReport[]): RaceReport {
  const served = reports.flatMap((report) => report.served);
  const ofRefreshers = reports.filter(({ refreshes }) => refreshes > 0);
  const refreshedAt = Math.min(...ofRefreshers.flatMap((report) => report.served).map(({ at }) => at));
  const lastServedAt = Math.max(...served.map(({ at }) => at));
  return {
    got: new Set(served.map(({ got }) => got)),
    callers: served.length,
    refreshers: ofRefreshers.length,
    slowestWaiterMs: lastServedAt - refreshedAt,
    lastServedAt,
  };
}

/** The reasons of `reauthorizationRequired` in all of these processes. */
export async function reasonsIn(workers: readonly WorkerProcess[], integrationId: string): Promise<string[]> {
  const order: OAuthOrder = { report: integrationId };
  const reports = (await Promise.all(workers.map((worker) => worker.ask(order)))) as EventReport[];
  return reports.flatMap(({ reasons }) => reasons);
}
