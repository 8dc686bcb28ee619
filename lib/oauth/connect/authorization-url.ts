import { IntegrationError } from '../../errors.js';

/** What an authorization request must say (RFC 6749, section 4.1.1; RFC 7636, section 4.3). */
export interface AuthorizationRequest {
  readonly redirectUri: string;
  readonly state: string;
  readonly codeChallenge: string;
}

/**
 * The URL that a provider's code made: without the state or the challenge in it, nothing would tell an answer to it
 * from one that somebody made up.
 *
 * @throws IntegrationError `PROVIDER_INVALID`
 */
export function checkedAuthorizationUrl(url: unknown, provider: string, request: AuthorizationRequest): string {
  const { redirectUri, state, codeChallenge } = request;
  if (typeof url !== 'string' || !URL.canParse(url)) throw invalid(provider, 'no URL');
  const { protocol, searchParams, href } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') throw invalid(provider, 'no URL of the web');
  const expected = { state, code_challenge: codeChallenge, code_challenge_method: 'S256', redirect_uri: redirectUri };
  for (const [name, value] of Object.entries(expected)) {
    const given = searchParams.getAll(name);
    if (given.length !== 1 || given[0] !== value) throw invalid(provider, `another ${name}, or none`);
  }
  // Some do without it; none may ask for a token in the URL.
  if (searchParams.getAll('response_type').some((type) => type !== 'code')) {
    throw invalid(provider, 'a response_type that is not code');
  }
  return href;
}

function invalid(provider: string, what: string): IntegrationError {
  return new IntegrationError('PROVIDER_INVALID', `authorizationUrl() of provider '${provider}' gave ${what}.`, {
    details: { provider, member: 'authorizationUrl' },
  });
}
