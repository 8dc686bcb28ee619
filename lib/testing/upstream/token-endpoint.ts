import { respond, type FakeAnswer } from '../fakes/fake-response.js';
import type { UpstreamClock } from './upstream-clock.js';
import type { UpstreamRequest } from './upstream-request.js';

export interface TokenEndpointOptions {
  /** The upstream's clock, by which tokens expire. */
  readonly clock: UpstreamClock;
  /** Life of an access token, in seconds; default 3,600. */
  readonly expiresInSeconds?: number;
  /** Whether each refresh gives another refresh token, and ends the old one. Default true. */
  readonly rotates?: boolean;
}

/** A token endpoint for an upstream: `upstream.on('POST:/oauth/token', tokens.answer)`. */
export interface TokenEndpoint {
  /** Gives tokens for codes, refresh tokens and client credentials; to one that was used or revoked, `invalid_grant`. */
  readonly answer: (request: UpstreamRequest) => FakeAnswer;
  /** Whether a request bears an access token that it gave, and that has not expired. */
  accepts(request: UpstreamRequest): boolean;
  /** The user takes the grant back: no refresh token is accepted any more, and no access token. */
  revoke(): void;
  /** How often it gave tokens. */
  readonly given: number;
}

export function tokenEndpoint(options: TokenEndpointOptions): TokenEndpoint {
  const { rotates = true } = options;
  const issued = createIssued(options);
  const used = new Set<string>();
  let isRevoked = false;

  /** A code and a refresh token are good once; where refresh tokens do not rotate, they stay good. */
  function once(grant: string | undefined, isKept: boolean): FakeAnswer {
    if (grant === undefined || grant === '') return refusal('invalid_request');
    if (isRevoked || used.has(grant)) return refusal('invalid_grant');
    if (isKept) return issued.tokens(() => grant);
    used.add(grant);
    return issued.tokens((number) => `refresh-token-${String(number)}`);
  }

  return {
    answer(request) {
      const { grant_type: type, code, refresh_token: refreshToken } = fieldsOf(request);
      if (type === 'authorization_code') return once(code, false);
      if (type === 'refresh_token') return once(refreshToken, !rotates);
      return type === 'client_credentials' ? issued.tokens(() => null) : refusal('unsupported_grant_type');
    },
    accepts({ headers }) {
      const [, token = ''] = /^bearer (.+)$/i.exec(headers.authorization ?? '') ?? [];
      return !isRevoked && issued.isGood(token);
    },
    revoke() {
      isRevoked = true;
    },
    get given() {
      return issued.count();
    },
  };
}

/** What was given, and how long it is good. */
function createIssued({ clock, expiresInSeconds = 3_600 }: TokenEndpointOptions) {
  const expiries = new Map<string, number>();
  return {
    count: () => expiries.size,
    isGood: (accessToken: string) => (expiries.get(accessToken) ?? 0) > clock.now().getTime(),
    /** @param refreshToken The one that goes with them, by the number of what was given; null: none. */
    tokens(refreshToken: (number: number) => string | null): FakeAnswer {
      const number = expiries.size + 1;
      const accessToken = `access-token-${String(number)}`;
      expiries.set(accessToken, clock.now().getTime() + expiresInSeconds * 1_000);
      const body = { access_token: accessToken, token_type: 'Bearer', expires_in: expiresInSeconds };
      const token = refreshToken(number);
      return respond({ body: token === null ? body : { ...body, refresh_token: token } });
    },
  };
}

function fieldsOf(request: UpstreamRequest): Readonly<Record<string, string>> {
  const isJson = /\bjson\b/.test(request.headers['content-type'] ?? '');
  return isJson ? (request.json() as Record<string, string>) : request.form();
}

function refusal(error: string): FakeAnswer {
  return respond({ status: 400, body: { error } });
}
