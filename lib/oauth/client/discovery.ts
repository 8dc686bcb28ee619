import { allowInsecureRequests, customFetch, discovery, type ServerMetadata } from 'openid-client';
import { IntegrationError, isIntegrationError, RetryableError } from '../../errors.js';
import { createRecentValues } from '../../recent-values.js';
import { hourMs } from '../../time-units.js';
import type { OAuth2ClientConfig } from './client-config.js';
import { guardedFetch } from './guarded-fetch.js';
import { libraryFailure } from './library-failure.js';
import type { OAuthHttp, OAuthRequest } from './oauth-http.js';

export type DiscoveryKind = NonNullable<OAuth2ClientConfig['discovery']>;

/** Which metadata is wanted. */
export interface DiscoveryQuestion {
  readonly issuer: string;
  readonly kind: DiscoveryKind;
  /** For whose tokens. What is found, is remembered for all. */
  readonly integration: OAuthRequest['integration'];
}

/** Finds the metadata of authorization servers, and remembers it. */
export interface Discovery {
  /**
   * The metadata of an issuer, an hour old at most; older where it cannot be had. A failure is forgotten at once.
   *
   * @throws IntegrationError `OAUTH_ISSUER_MISMATCH`, `OAUTH_EXCHANGE_FAILED`, `RETRYABLE`, and what sending raises
   */
  find(question: DiscoveryQuestion): Promise<ServerMetadata>;
}

interface Known {
  readonly metadata: ServerMetadata;
  readonly until: number;
}

const freshMs = hourMs;
/** How long metadata that could not be renewed is used before that is tried again. */
const putOffMs = 60_000;
const atMost = 200;

export function createDiscovery(http: OAuthHttp): Discovery {
  const known = createRecentValues<Known>(atMost);
  const flights = new Map<string, Promise<ServerMetadata>>();

  async function renew(question: DiscoveryQuestion): Promise<ServerMetadata> {
    const { issuer } = question;
    const before = known.get(issuer);
    try {
      const metadata = await load(http, question);
      known.set(issuer, { metadata, until: performance.now() + freshMs });
      return metadata;
    } catch (error) {
      if (before === undefined || isIntegrationError(error, 'OAUTH_ISSUER_MISMATCH')) throw error;
      known.set(issuer, { ...before, until: performance.now() + putOffMs });
      return before.metadata;
    }
  }

  return {
    async find(question) {
      const { issuer } = question;
      const found = known.get(issuer);
      if (found !== undefined && performance.now() < found.until) return found.metadata;
      const flight = flights.get(issuer) ?? renew(question).finally(() => flights.delete(issuer));
      flights.set(issuer, flight);
      return flight;
    },
  };
}

async function load(http: OAuthHttp, question: DiscoveryQuestion): Promise<ServerMetadata> {
  if (question.kind !== 'auto') return ask(http, question, question.kind);
  try {
    return await ask(http, question, 'oidc');
  } catch (error) {
    // A server that has no such document, whatever it says of that, may have the other one.
    if (!isIntegrationError(error, 'OAUTH_EXCHANGE_FAILED')) throw error;
    return ask(http, question, 'oauth2');
  }
}

async function ask(
  http: OAuthHttp,
  { issuer, integration }: DiscoveryQuestion,
  algorithm: 'oidc' | 'oauth2',
): Promise<ServerMetadata> {
  const fetchGuarded = guardedFetch(http, integration);
  const metadata = await discovery(new URL(issuer), 'any', undefined, undefined, {
    algorithm,
    timeout: http.timeoutMs / 1_000,
    [customFetch]: async (url, request) => checked(url, await fetchGuarded(url, request)),
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

function checked(url: string, response: Response): Response {
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
