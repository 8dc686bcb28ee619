/**
 * An authorization server of its own: oidc-provider, with refresh tokens that rotate, and a grant that ends when one is
 * used twice. Settings: {@link OidcServerSettings}. Its first message is `{ origin, privateJwk }`. Beside the standard
 * endpoints:
 *
 * - `GET /interaction/:uid` is a page with a form; `POST` with `decision=approve` or `deny`, and `account` (default
 *   `alice`)
 * - `GET /spec/requests` gives the token requests so far
 * - `POST /spec/behaviour` with JSON of {@link OidcServerBehaviour} changes what is named
 *
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json, text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportJWK, generateKeyPair } from 'jose';
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import {
  oidcClients,
  type OidcServerBehaviour,
  type OidcServerSettings,
  type SeenTokenRequest,
} from './oidc-server-settings.js';

// It warns of the versions of Node.js that it does not know, and of being for development: both are meant so here.
console.warn = () => undefined;
console.info = () => undefined;
const { default: Provider } = await import('oidc-provider');

/** Its first answer. */
export interface OidcServerReady {
  /** `http://127.0.0.1:<port>`, also its issuer. */
  readonly origin: string;
  /** The private key of the client `private_key_jwt`. */
  readonly privateJwk: Record<string, unknown>;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as OidcServerSettings;
const { redirectUris = ['http://localhost/callback'], accessTokenSeconds = 3_600, idTokenSeconds = 3_600 } = settings;
const weekSeconds = 7 * 86_400;

let behaviour: OidcServerBehaviour = { delayBeforeMs: 0, delayAfterMs: 0, failWith: null };
const seen: SeenTokenRequest[] = [];

async function jwkPair(algorithm: string) {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const names = { kid: `spec-${algorithm}`, use: 'sig' };
  return {
    privateJwk: { ...(await exportJWK(privateKey)), ...names },
    publicJwk: { ...(await exportJWK(publicKey)), ...names },
  };
}

const signing = await jwkPair('RS256');
const ofClient = await jwkPair('ES256');

const server = createServer();
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const configuration: Configuration = {
  clients: [...(settings.clients ?? oidcClients(redirectUris, ofClient.publicJwk))],
  jwks: { keys: [{ ...signing.privateJwk, alg: 'RS256' }] },
  cookies: { keys: ['spec'] },
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
  scopes: ['openid', 'offline_access', 'contacts.read', 'contacts.write'],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    revocation: { enabled: true },
    introspection: { enabled: true },
  },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  expiresWithSession: async () => false,
  ttl: {
    AccessToken: accessTokenSeconds,
    ClientCredentials: accessTokenSeconds,
    IdToken: idTokenSeconds,
    AuthorizationCode: 60,
    Interaction: 600,
    Session: 600,
    Grant: weekSeconds,
    RefreshToken: weekSeconds,
  },
  interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
  findAccount: (_ctx, accountId) => ({ accountId, claims: async () => ({ sub: accountId }) }),
};

const provider = new Provider(origin, configuration);
provider.use(async (ctx, next) => {
  if (ctx.path !== '/token') {
    await next();
    return;
  }
  const index = seen.push({ grantType: null, clientId: null, status: null, error: null }) - 1;
  await sleep(behaviour.delayBeforeMs);
  if (behaviour.failWith === null) await next();
  else ctx.status = behaviour.failWith;
  seen[index] = seenIn(ctx as KoaContextWithOIDC);
  await sleep(behaviour.delayAfterMs);
});

function seenIn({ oidc, status, body }: KoaContextWithOIDC): SeenTokenRequest {
  const { params, client } = (oidc as Partial<KoaContextWithOIDC['oidc']> | undefined) ?? {};
  const { error = null } = (body as { error?: string } | undefined) ?? {};
  return { grantType: textOf(params?.grant_type), clientId: client?.clientId ?? null, status, error };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

const page = `<!doctype html><title>Sign in</title><h1>Sign in</h1><form method="post">
<label>Account <input name="account" value="alice"></label>
<button name="decision" value="approve">Approve</button> <button name="decision" value="deny">Deny</button></form>`;

const denial = 'The user <b>did not</b> agree.<script>document.title="scripted"</script>';

async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
    return;
  }
  const form = new URLSearchParams(await text(request));
  const { params, grantId } = await provider.interactionDetails(request, response);
  if (form.get('decision') === 'deny') {
    const refusal = { error: 'access_denied', error_description: denial };
    await provider.interactionFinished(request, response, refusal);
    return;
  }
  const accountId = form.get('account') ?? 'alice';
  const known = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const grant = known ?? new provider.Grant({ accountId, clientId: textOf(params.client_id) ?? '' });
  grant.addOIDCScope(textOf(params.scope) ?? '');
  const result = { login: { accountId }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(request, response, result);
}

async function serveSpec(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'POST')
    behaviour = { ...behaviour, ...((await json(request)) as Partial<OidcServerBehaviour>) };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(seen));
}

const handle = provider.callback();
server.on('request', (request, response) => {
  const { pathname } = new URL(request.url ?? '/', origin);
  const own = pathname.startsWith('/interaction/') ? interact : pathname.startsWith('/spec/') ? serveSpec : null;
  if (own === null) {
    void handle(request, response);
    return;
  }
  own(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
});

process.on('message', () => process.send?.({ origin, privateJwk: ofClient.privateJwk } satisfies OidcServerReady));
process.send?.('ready');
