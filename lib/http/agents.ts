import dns from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { IntegrationError } from '../errors.js';
import { allowedHosts } from './allowed-hosts.js';
import { isGloballyReachable } from './global-address.js';

export interface AgentsOptions {
  /** Hosts (`host` or `host:port`) that may have addresses outside the public internet. */
  readonly allowedPrivateHosts: readonly string[];
}

/** Keep-alive connections that lead to the public internet, or to hosts that are allowed by name. */
export interface Agents {
  /** @throws IntegrationError `PRIVATE_HOST_REFUSED` where the URL's host is itself an address that is refused. */
  agentFor(url: URL): http.Agent;
  /** Closes all connections, busy ones included. */
  destroy(): void;
}

/** Idle connections are given up before most servers do: a request on one that was just closed would fail. */
const idleTimeoutMs = 4_000;

/**
 * Guards against requests that are led into the own network (server-side request forgery). The check is made on the
 * address that is connected to, so that no name can resolve to one address for the check and to another for the
 * connection.
 *
 * @throws IntegrationError `OPTIONS_INVALID` for an allowed host that is none
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
 */
export function createAgents({ allowedPrivateHosts }: AgentsOptions): Agents {
  const isAllowed = allowedHosts(allowedPrivateHosts);
  const guarded = createPair({ lookup: lookupGlobal });
  const unguarded = createPair({});
  return {
    agentFor(url) {
      const allowed = isAllowed(url);
      if (!allowed) assertGlobalLiteral(url.hostname);
      const pair = allowed ? unguarded : guarded;
      return url.protocol === 'https:' ? pair.https : pair.http;
    },
    destroy() {
      for (const { http, https } of [guarded, unguarded]) {
        http.destroy();
        https.destroy();
      }
    },
  };
}

function createPair(options: { lookup?: LookupFunction }): { http: http.Agent; https: https.Agent } {
  const settings = { ...options, keepAlive: true, timeout: idleTimeoutMs };
  return { http: new http.Agent(settings), https: new https.Agent(settings) };
}

/** Connecting to an address literal looks nothing up. */
function assertGlobalLiteral(hostname: string): void {
  const address = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  if (isIP(address) !== 0 && !isGloballyReachable(address)) throw privateHostRefused(hostname);
}

const lookupGlobal: LookupFunction = (hostname, options, callback) => {
  dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) callback(error, '');
    else if (!addresses.every(({ address }) => isGloballyReachable(address)))
      callback(privateHostRefused(hostname), '');
    else if (options.all === true) callback(null, addresses);
    else callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
  });
};

function privateHostRefused(hostname: string): IntegrationError {
  return new IntegrationError(
    'PRIVATE_HOST_REFUSED',
    `${hostname} is, or resolves to, an address outside the public internet.`,
  );
}
