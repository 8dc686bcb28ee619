/**
 * A real authorization server (oidc-provider) in a process of its own, and a user who agrees.
 *
 *     const oidc = useOidcServer({ redirectUris: ['https://app.example.com/callback'] });
 *     const callback = await oidc.authorize(authorizationUrl); // …/callback?code=…&state=…&iss=…
 *     expect(await oidc.tokenRequests('refresh_token')).toHaveLength(1);
 *
 * Instances need `http: { allowedPrivateHosts: ['127.0.0.1'] }`.
 *
 * @module
 */
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { OidcServerReady } from './oidc-server-process.js';
import type { OidcServerBehaviour, OidcServerSettings, SeenTokenRequest } from './oidc-server-settings.js';
import { decide, type SpecUser } from './oidc-user.js';
import { startProcess, type WorkerProcess } from './worker-process.js';

export interface OidcServer extends OidcServerReady {
  /** Lets a user sign in and decide; gives the URL that the browser is sent back to. */
  authorize(url: string, user?: SpecUser): Promise<URL>;
  /** The token requests so far in this test, in order; of one grant type, or all. */
  tokenRequests(grantType?: string): Promise<readonly SeenTokenRequest[]>;
  /** Changes what is named, for this test. */
  behave(behaviour: Partial<OidcServerBehaviour>): Promise<void>;
}

const usual: OidcServerBehaviour = { delayBeforeMs: 0, delayAfterMs: 0, failWith: null };

/**
 * Runs the server while the tests of the file or suite run.
 *
 * @param settings A function is asked before the first test, when other servers have their ports.
 */
export function useOidcServer(settings: OidcServerSettings | (() => OidcServerSettings) = {}): OidcServer {
  let worker: WorkerProcess | undefined;
  let started: OidcServerReady | undefined;
  let before = 0;
  const get = () => {
    if (started === undefined) throw new Error('The server is there in hooks and tests only.');
    return started;
  };
  const seen = async () => (await fetch(`${get().origin}/spec/requests`)).json() as Promise<SeenTokenRequest[]>;
  const server: OidcServer = {
    get origin() {
      return get().origin;
    },
    get privateJwk() {
      return get().privateJwk;
    },
    authorize: decide,
    async tokenRequests(grantType) {
      const requests = (await seen()).slice(before);
      return grantType === undefined ? requests : requests.filter((request) => request.grantType === grantType);
    },
    async behave(behaviour) {
      await fetch(`${get().origin}/spec/behaviour`, { method: 'POST', body: JSON.stringify(behaviour) });
    },
  };
  beforeAll(async () => {
    worker = await startProcess('oidc-server-process.ts', typeof settings === 'function' ? settings() : settings);
    started = (await worker.ask({})) as OidcServerReady;
  });
  beforeEach(async () => {
    await server.behave(usual);
    before = (await seen()).length;
  });
  afterAll(() => worker?.end());
  return server;
}
