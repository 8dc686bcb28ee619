import { allowInsecureRequests, customFetch, discovery, type ServerMetadata } from 'openid-client';
import { IntegrationError, isIntegrationError, RetryableError } from '../../errors.js';
import { createRecentValues } from '../../recent-values.js';
import type { OAuth2ClientConfig } from './client-config.js';
import { guardedFetch, type FetchRequest } from './guarded-fetch.js';
import { libraryFailure } from './library-failure.js';
import type { OAuthHttp } from './oauth-http.js';

export type DiscoveryKind = NonNullable<OAuth2ClientConfig['discovery']>;

/** Finds the metadata of authorization servers, and remembers it. */
export interface Discovery {
  /**
   * The metadata of an issuer, an hour old at most; older where it cannot be had. A failure is forgotten at once.
   *
   * @throws IntegrationError `OAUTH_ISSUER_MISMATCH`, `OAUTH_EXCHANGE_FAILED`, `RETRYABLE`, and what sending raises
   */
  find(issuer: string, kind: DiscoveryKind): Promise<ServerMetadata>;
}

interface Known {
  readonly metadata: ServerMetadata;
  readonly until: number;
}

const freshMs = 3_600_000;
/** How long metadata that could not be renewed is used before that is tried again. */
const putOffMs = 60_000;
const atMost = 200;

export function createDiscovery(http: OAuthHttp): Discovery {
  const known = createRecentValues<Known>(atMost);
  const flights = new Map<string, Promise<ServerMetadata>>();

  async function renew(issuer: string, kind: DiscoveryKind): Promise<ServerMetadata> {
    const before = known.get(issuer);
    try {
      const metadata = await load(http, issuer, kind);
      known.set(issuer, { metadata, until: performance.now() + freshMs });
      return metadata;
    } catch (error) {
      if (before === undefined || isIntegrationError(error, 'OAUTH_ISSUER_MISMATCH')) throw error;
      known.set(issuer, { ...before, until: performance.now() + putOffMs });
      return before.metadata;
    }
  }

  return {
    async find(issuer, kind) {
      const found = known.get(issuer);
      if (found !== undefined && performance.now() < found.until) return found.metadata;
      const flight = flights.get(issuer) ?? renew(issuer, kind).finally(() => flights.delete(issuer));
      flights.set(issuer, flight);
      return flight;
    },
  };
}

async function load(http: OAuthHttp, issuer: string, kind: DiscoveryKind): Promise<ServerMetadata> {
  if (kind !== 'auto') return ask(http, issuer, kind);
  try {
    return await ask(http, issuer, 'oidc');
  } catch (error) {
    // A server that has no such document, whatever it says of that, may have the other one.
    if (!isIntegrationError(error, 'OAUTH_EXCHANGE_FAILED')) throw error;
    return ask(http, issuer, 'oauth2');
  }
}

async function ask(http: OAuthHttp, issuer: string, algorithm: 'oidc' | 'oauth2'): Promise<ServerMetadata> {
  const metadata = await discovery(new URL(issuer), 'any', undefined, undefined, {
    algorithm,
    timeout: http.timeoutMs / 1_000,
    [customFetch]: (url, request) => answered(http, url, request),
    // Refused by OAuthHttp, but for the hosts where it is allowed.
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that it stands out
    execute: [allowInsecureRequests],
  }).then(
    (configuration) => configuration.serverMetadata(),
    (error: unknown) => {
      throw isMismatch(error) ? mismatch(issuer) : libraryFailure(error, 'OAUTH_EXCHANGE_FAILED', failed(issuer));
    },
  );
  // The library compares URLs, for which more than one text is the same.
  if (metadata.issuer !== issuer) throw mismatch(issuer);
  return metadata;
}

async function answered(http: OAuthHttp, url: string, request: FetchRequest): Promise<Response> {
  const response = await guardedFetch(http)(url, request);
  const { status } = response;
  if (status === 429 || status >= 500) throw new RetryableError(`${url} answered ${String(status)}.`);
  if (status === 200) return response;
  throw new IntegrationError('OAUTH_EXCHANGE_FAILED', `${url} answered ${String(status)}.`, { details: { status } });
}

function isMismatch(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED';
}

function mismatch(issuer: string): IntegrationError {
  return new IntegrationError('OAUTH_ISSUER_MISMATCH', `The metadata found for ${issuer} is of another issuer.`, {
    details: { issuer },
  });
}

function failed(issuer: string): string {
  return `The metadata of ${issuer} could not be read`;
}
