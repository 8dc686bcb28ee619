import type { IntegrationDocument, IntegrationModel } from '../../../schemas/integration.js';
import { IntegrationError } from '../../errors.js';
import { allowedHosts } from '../../http/allowed-hosts.js';
import type { ResolvedOptions } from '../../options.js';
import { requestLine } from '../../http/request-line.js';
import type { Outlet } from '../../requests/transport-switch.js';

/** A request to an authorization server. */
export interface OAuthRequest {
  /** For whose tokens it is. */
  readonly integration: Pick<IntegrationDocument, '_id' | 'provider'>;
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly signal?: AbortSignal | undefined;
}

/** Its answer, of any status. */
export interface OAuthAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * Talks to authorization servers for one instance: guarded as its calls are, but neither logged nor retried. What is
 * said there are secrets, and an authorization code works once. The same for all integrations of an instance: what is
 * remembered of servers, is so for all of them.
 */
export interface OAuthHttp {
  /** Longest time for a request, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * @throws IntegrationError `ATTEMPT_TIMEOUT`, `CONNECTION_FAILED`, `PRIVATE_HOST_REFUSED`, `REDIRECT_REFUSED`,
   *   `RESPONSE_TOO_LARGE`, `REQUEST_INVALID` for what is not encrypted
   */
  send(request: OAuthRequest): Promise<OAuthAnswer>;
  /**
   * Refuses what is not encrypted, where its host is neither this machine nor listed in `http.allowedPrivateHosts`.
   *
   * @throws IntegrationError `REQUEST_INVALID`
   */
  assertSecure(url: URL): void;
}

export interface OAuthHttpParts {
  readonly sendOAuth: Outlet['sendOAuth'];
  readonly timeoutMs: number;
  readonly allowedPrivateHosts: readonly string[];
}

/** More than any metadata, key set or token answer has. */
const maxResponseBytes = 1_048_576;
const noOrigins: ReadonlySet<string> = new Set();
const isLoopback = allowedHosts(['localhost', '127.0.0.1', '::1']);

export function createOAuthHttp({ sendOAuth, timeoutMs, allowedPrivateHosts }: OAuthHttpParts): OAuthHttp {
  const isAllowed = allowedHosts(allowedPrivateHosts);

  function assertSecure(url: URL): void {
    if (url.protocol === 'https:' || (url.protocol === 'http:' && (isAllowed(url) || isLoopback(url)))) return;
    throw new IntegrationError(
      'REQUEST_INVALID',
      `${url.protocol}//${url.host} is not encrypted: OAuth needs https, except for hosts in http.allowedPrivateHosts.`,
    );
  }

  return {
    timeoutMs,
    assertSecure,
    async send({ integration, signal = AbortSignal.timeout(timeoutMs), ...request }) {
      assertSecure(request.url);
      const sent = { ...request, signal, maxResponseBytes, credentialOrigins: noOrigins, authorize: null };
      try {
        const { statusCode, headers, body, rawText } = await sendOAuth(integration, { ...sent, responseType: 'text' });
        return { status: statusCode, headers, text: rawText ?? (Buffer.isBuffer(body) ? body.toString() : '') };
      } catch (error) {
        throw signal.aborted && error === signal.reason ? timedOut(request) : error;
      }
    },
  };
}

function timedOut(request: Pick<OAuthRequest, 'method' | 'url'>): IntegrationError {
  return new IntegrationError('ATTEMPT_TIMEOUT', `${requestLine(request)} took too long.`);
}

// Symbol.for, because a provider may come with an installed copy of the package of its own.
const key = Symbol.for('express-integrations.oauth-http');

/**
 * Lets providers, which are made before any instance, find the instance's own by a document. A hidden property of the
 * prototype: it is nothing that a document holds.
 */
export function defineOAuthHttp(
  model: IntegrationModel,
  { http, requests }: Pick<ResolvedOptions, 'http' | 'requests'>,
  outlet: () => Pick<Outlet, 'sendOAuth'>,
): void {
  // Asked for anew each time: the testing entry exchanges it.
  const sendOAuth: Outlet['sendOAuth'] = ({ _id, provider }, request) => outlet().sendOAuth({ _id, provider }, request);
  const value = createOAuthHttp({ ...http, timeoutMs: requests.timeoutMs, sendOAuth });
  Object.defineProperty(model.prototype, key, { configurable: true, value });
}

/** @throws IntegrationError `INSTANCE_MISSING` for what is no document of an instance */
export function oauthHttpOf(integration: Pick<IntegrationDocument, '_id'>): OAuthHttp {
  const http: unknown = Reflect.get(integration, key);
  if (isOAuthHttp(http)) return http;
  throw new IntegrationError('INSTANCE_MISSING', 'OAuth needs an integration document of an instance.');
}

function isOAuthHttp(value: unknown): value is OAuthHttp {
  return typeof value === 'object' && value !== null && 'send' in value && 'assertSecure' in value;
}
