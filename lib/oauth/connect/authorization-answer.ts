import { IntegrationError } from '../../errors.js';
import { flowFacts, type OAuthFlow } from './flow-store.js';
import { stateInvalid } from './state-invalid.js';

/** With what the browser came back (RFC 6749, sections 4.1.2 and 4.1.2.1). */
export interface AuthorizationAnswer {
  /** Where it came back, without the query. */
  readonly redirectUri: string;
  /** Null, like all below: absent, or there more than once, which means nothing (section 3.1). */
  readonly state: string | null;
  readonly code: string | null;
  readonly iss: string | null;
  /** There, in whatever number. */
  readonly hasIss: boolean;
  readonly error: string | null;
  readonly errorDescription: string | null;
}

/**
 * @param url Absolute, with its query.
 * @throws IntegrationError `OAUTH_STATE_INVALID`
 */
export function authorizationAnswer(url: string): AuthorizationAnswer {
  if (!URL.canParse(url)) throw stateInvalid('no URL');
  const { origin, pathname, searchParams } = new URL(url);
  const one = (name: string): string | null => {
    const given = searchParams.getAll(name);
    return given.length === 1 ? (given[0] ?? null) : null;
  };
  return {
    redirectUri: origin + pathname,
    state: one('state'),
    code: one('code'),
    iss: one('iss'),
    hasIss: searchParams.has('iss'),
    error: searchParams.get('error'),
    errorDescription: one('error_description'),
  };
}

/**
 * Refuses the answer of another server than that which was asked (RFC 9207, section 2.4): its code would be sent to a
 * server that may not have it.
 *
 * @throws IntegrationError `OAUTH_ISSUER_MISMATCH`
 */
export function checkIssuer(flow: OAuthFlow, { iss, hasIss }: AuthorizationAnswer): void {
  const { issuer, requiresIssuer } = flow;
  const isOthers = hasIss && (iss === null || (issuer !== null && iss !== issuer));
  if (!isOthers && (hasIss || !requiresIssuer)) return;
  throw new IntegrationError('OAUTH_ISSUER_MISMATCH', 'The answer is not from the server that was asked.', {
    details: flowFacts(flow),
  });
}

/** What may stand in an `error` (RFC 6749, section 4.1.2.1). */
const errorCode = /^[\x20\x21\x23-\x5b\x5d-\x7e]{1,100}$/;
const longestDescription = 300;

/**
 * What the other side, or the user, refused.
 *
 * @throws IntegrationError `OAUTH_DENIED` where the user did not agree, else `OAUTH_EXCHANGE_FAILED`
 */
export function checkError(flow: OAuthFlow, answer: AuthorizationAnswer): void {
  if (answer.error === null) return;
  const error = errorCode.test(answer.error) ? answer.error : 'unknown';
  const description = answer.errorDescription?.slice(0, longestDescription) ?? null;
  const code = error === 'access_denied' ? 'OAUTH_DENIED' : 'OAUTH_EXCHANGE_FAILED';
  throw new IntegrationError(code, `The other side answered "${error}".`, {
    details: { ...flowFacts(flow), error, description },
  });
}
