/**
 * A small authorization server (RFC 6749, 7636, 7009, 9207) and a provider that connects by it, over real HTTP. Its
 * users agree at once.
 *
 *     const server = useAuthorizationServer(); // at the top of the file
 *     server.provider(); // for `providers`
 *     server.account = 'bob'; // who signs in there, per test
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HasOAuth2, IntegrationDocument, IntegrationProvider, ProviderCapabilities } from '../../lib/index.js';

type Provider = IntegrationProvider & HasOAuth2;

export interface AuthorizationServer {
  /** Also its issuer. */
  readonly origin: string;
  /** Who signs in there. */
  account: string;
  /** What the user agrees to; null: it does not say. */
  scopes: readonly string[] | null;
  /** What it answers in place of a code. */
  refusal: { readonly error: string; readonly error_description?: string } | null;
  /** What it says who it is; null: nothing. */
  iss: string | null;
  /** What the token endpoint was asked in this test. */
  readonly tokenRequests: URLSearchParams[];
  /** The refresh tokens that were taken back. */
  readonly revoked: string[];
  /** Answers of the revocation endpoint have this status. */
  revocationStatus: number;
  provider(members?: Partial<Provider & ProviderCapabilities>): Provider;
}

interface Code {
  readonly redirectUri: string;
  readonly challenge: string;
  readonly account: string;
}

const fresh = () => randomBytes(16).toString('hex');

export function useAuthorizationServer(): AuthorizationServer {
  const codes = new Map<string, Code>();
  const state: AuthorizationServer = {
    get origin() {
      return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    },
    ...{ account: 'alice', scopes: null, refusal: null, iss: null, revocationStatus: 200 },
    ...{ tokenRequests: [], revoked: [] },
    provider: (members = {}) => provider(() => state.origin, members),
  };

  function authorize(query: URLSearchParams, response: ServerResponse): void {
    const back = new URL(query.get('redirect_uri') ?? '');
    back.searchParams.set('state', query.get('state') ?? '');
    if (state.iss !== null) back.searchParams.set('iss', state.iss);
    const code = fresh();
    const { refusal, account } = state;
    if (refusal === null) back.searchParams.set('code', code);
    else for (const [name, value] of Object.entries(refusal)) back.searchParams.set(name, value);
    codes.set(code, {
      redirectUri: query.get('redirect_uri') ?? '',
      challenge: query.get('code_challenge') ?? '',
      account,
    });
    response.writeHead(302, { location: back.href }).end();
  }

  function token(body: URLSearchParams, response: ServerResponse): void {
    state.tokenRequests.push(body);
    const code = codes.get(body.get('code') ?? '');
    codes.delete(body.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url');
    if (code?.challenge !== challenge || code.redirectUri !== body.get('redirect_uri')) {
      json(response, 400, { error: 'invalid_grant' });
      return;
    }
    const scope = state.scopes === null ? {} : { scope: state.scopes.join(' ') };
    json(response, 200, {
      ...{ access_token: `access-${fresh()}`, refresh_token: `refresh-${fresh()}`, expires_in: 3_600 },
      ...{ account: code.account, ...scope },
    });
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', state.origin);
    const body = new URLSearchParams(await text(request));
    if (pathname === '/authorize') authorize(searchParams, response);
    else if (pathname === '/token') token(body, response);
    else {
      state.revoked.push(body.get('token') ?? '');
      response.writeHead(state.revocationStatus).end();
    }
  }

  const http = createServer((request, response) => void answer(request, response));
  beforeAll(() => new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve)));
  beforeEach(() => {
    Object.assign(state, { account: 'alice', scopes: null, refusal: null, iss: null, revocationStatus: 200 });
    state.tokenRequests.length = 0;
    state.revoked.length = 0;
  });
  afterAll(() => {
    http.closeAllConnections();
    http.close();
  });
  return state;
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function provider(origin: () => string, members: Partial<Provider & ProviderCapabilities>): Provider {
  return {
    name: 'CRM',
    credentialSchema: { type: 'object' },
    metadataSchema: { type: 'object' },
    authorizationUrl(_integration, redirectUri, state, { codeChallenge }) {
      const url = new URL('/authorize', origin());
      const asked = { response_type: 'code', client_id: 'us', redirect_uri: redirectUri, state };
      const proof = { code_challenge: codeChallenge, code_challenge_method: 'S256' };
      url.search = new URLSearchParams({ ...asked, ...proof }).toString();
      return url.href;
    },
    async exchangeCode(_integration, code, redirectUri, { codeVerifier }) {
      const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: codeVerifier };
      const response = await fetch(`${origin()}/token`, { method: 'POST', body: new URLSearchParams(form) });
      const answer = (await response.json()) as Record<string, string>;
      if (!response.ok) throw new Error(`The token endpoint refused ${code} and ${codeVerifier}: ${answer.error}`);
      return {
        ...{ accessToken: answer.access_token!, refreshToken: answer.refresh_token!, account: answer.account! },
        tokenExpiresAt: new Date(Date.now() + Number(answer.expires_in) * 1_000),
        scopes: answer.scope?.split(' ') ?? null,
      };
    },
    refreshToken: () => Promise.reject(new Error('Not part of this server.')),
    async revokeToken(integration: IntegrationDocument) {
      const { refreshToken } = await integration.credentialsArray();
      const body = new URLSearchParams({ token: String(refreshToken) });
      const { ok } = await fetch(`${origin()}/revoke`, { method: 'POST', body });
      if (!ok) throw new Error('The revocation endpoint is away.');
    },
    refreshThreshold: () => 300,
    ...members,
  };
}
