import { Readable } from 'node:stream';
import type { OutgoingRequest } from '../../providers/contracts.js';
import { createAgents } from './agents.js';
import { exchange, type Answer } from './exchange.js';
import type { HttpRequest, HttpResponse } from './messages.js';
import { readResponse } from './read-response.js';
import { isRedirect, redirectedRequest } from './redirect.js';

export interface HttpClientOptions {
  /** Hosts (`host` or `host:port`) that may have addresses outside the public internet; default none. */
  readonly allowedPrivateHosts?: readonly string[];
  /** Redirects that a GET or HEAD follows at most; default 5. */
  readonly maxRedirects?: number;
  /** The User-Agent of requests that set none; default `express-integrations`. */
  readonly userAgent?: string;
}

/** Sends the requests of URL calls. */
export interface HttpClient {
  /**
   * Sends a request and reads the answer, of any status. Credentials go to the request's `credentialOrigins` only, also
   * where redirects lead elsewhere.
   *
   * @throws The signal's reason, or IntegrationError `CONNECTION_FAILED`, `PRIVATE_HOST_REFUSED`, `REDIRECT_REFUSED`,
   *   `RESPONSE_TOO_LARGE`, `RESPONSE_NOT_JSON`, `ORIGIN_NOT_ALLOWED` (by `authorize`), `REQUEST_INVALID`
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Closes all connections, busy ones included. */
  close(): void;
}

/** @throws IntegrationError `OPTIONS_INVALID` for an allowed host that is none */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const { allowedPrivateHosts = [], maxRedirects = 5, userAgent = 'express-integrations' } = options;
  const agents = createAgents({ allowedPrivateHosts });

  async function send(given: HttpRequest): Promise<HttpResponse> {
    const request = { ...given, headers: { 'user-agent': userAgent, ...given.headers } };
    let hop: OutgoingRequest = request;
    for (let redirectsLeft = maxRedirects; ; redirectsLeft -= 1) {
      const agent = agents.agentFor(hop.url);
      const answer = await exchange(hop, request, agent);
      if (!isRedirect(answer)) return readResponse(answer, hop, request);
      discard(answer);
      hop = redirectedRequest(answer, hop, request, redirectsLeft);
    }
  }

  return { send, close: () => agents.destroy() };
}

/** The body of a redirect is of no interest: an open stream would hold its connection. */
function discard({ data }: Answer): void {
  if (data instanceof Readable) data.on('error', () => undefined).destroy();
}
