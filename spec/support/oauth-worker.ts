/**
 * A process whose callers want access tokens. Messages: `{ callers, integrationId }` is answered with what they got
 * ({@link CallersReport}); `{ goOn: true }` has a refresh go on that stands still, and is answered so as well; `{
 * report: id }` with what was emitted of that integration ({@link EventReport}); `{ rotate: true }` has the keys
 * rotated. A refresh that stands still says `'standing still'`.
 */
import mongoose from 'mongoose';
import {
  createIntegrations,
  createOAuth2Client,
  isIntegrationError,
  type EncryptionKey,
  type HasOAuth2,
  type OAuth2ClientConfig,
} from '../../lib/index.js';

export interface OAuthWorkerSettings {
  readonly uri: string;
  readonly issuer: string;
  readonly client: { readonly clientId: string; readonly clientSecret: string };
  readonly keys: readonly EncryptionKey[];
  readonly leaseSeconds: number;
  /** Where its first refresh stands still: before the server is asked, or when its answer is there. */
  readonly standsStill?: 'before' | 'after';
}

/** What a caller got. */
export interface Served {
  /** The token, or the code of the error. */
  readonly got: string | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface CallersReport {
  readonly served: readonly Served[];
  /** How often this process has asked the server for it so far. */
  readonly refreshes: number;
}

export interface EventReport {
  /** Of `reauthorizationRequired`. */
  readonly reasons: readonly string[];
}

/** What it is asked for. */
export interface OAuthOrder {
  readonly callers?: number;
  readonly integrationId?: string;
  readonly goOn?: boolean;
  readonly report?: string;
  readonly rotate?: boolean;
}

const settings = JSON.parse(process.argv[2] ?? '') as OAuthWorkerSettings;
const { uri, issuer, client, keys, leaseSeconds } = settings;
let { standsStill = null } = settings as { standsStill?: 'before' | 'after' | null };
let goOn: () => void = () => undefined;
const refreshes: string[] = [];
const emitted: { readonly id: string; readonly reason: string }[] = [];

const connection = await mongoose.createConnection(uri).asPromise();
const integrations = createIntegrations({
  connection,
  encryptionKeys: [...keys],
  http: { allowedPrivateHosts: ['127.0.0.1'] },
  jobs: { enabled: false },
  logger: false,
  oauth: { refreshLeaseSeconds: leaseSeconds },
  providers: {
    acme: {
      ...{ name: 'Acme', credentialSchema: { type: 'object' }, metadataSchema: { type: 'object' } },
      ...standingStill({ issuer, scopes: ['openid'], client: () => client }),
    },
  },
});
integrations.on('reauthorizationRequired', ({ integration, reason }) => {
  emitted.push({ id: integration.id, reason });
});
await integrations.start();

process.on('message', (order: OAuthOrder) => void obey(order));
process.once('disconnect', () => process.exit());
process.send?.('ready');

async function obey({ callers, integrationId = '', goOn: mayGoOn, report, rotate }: OAuthOrder): Promise<void> {
  if (callers !== undefined) process.send?.(await serve(integrationId, callers));
  if (mayGoOn === true) goOn();
  if (report !== undefined) process.send?.({ reasons: reasonsOf(report) } satisfies EventReport);
  if (rotate === true) process.send?.(await integrations.rotateKeys());
}

/** Each caller with a document of its own, as requests have. */
async function serve(integrationId: string, callers: number): Promise<CallersReport> {
  const documents = await Promise.all(Array.from({ length: callers }, () => integrations.findOrFail(integrationId)));
  const served = documents.map(async (document): Promise<Served> => {
    const got = await document.getAccessToken().catch(codeOf);
    return { got, at: performance.timeOrigin + performance.now() };
  });
  const refreshesOfIt = () => refreshes.filter((id) => id === integrationId).length;
  return { served: await Promise.all(served), refreshes: refreshesOfIt() };
}

function reasonsOf(integrationId: string): string[] {
  return emitted.filter(({ id }) => id === integrationId).map(({ reason }) => reason);
}

function codeOf(error: unknown): string {
  return isIntegrationError(error) ? error.code : String(error);
}

function standingStill(config: OAuth2ClientConfig): HasOAuth2 {
  const standard = createOAuth2Client(config);
  return {
    ...standard,
    async refreshToken(integration) {
      refreshes.push(integration.id);
      await standStill('before');
      const tokens = await standard.refreshToken(integration);
      await standStill('after');
      return tokens;
    },
  };
}

async function standStill(where: 'before' | 'after'): Promise<void> {
  if (standsStill !== where) return;
  standsStill = null;
  const waiting = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  process.send?.('standing still');
  await waiting;
}
