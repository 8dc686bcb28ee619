import { IntegrationError } from '../../errors.js';
import type { AuthorizationServer } from './authorization-server.js';

/**
 * Makes sure that an authorization response came from the server that was asked: a code that another one has sent would
 * be given away to it, or be used in the place of ours. Where the issuer is not known there is nothing to compare.
 *
 * @throws IntegrationError `OAUTH_ISSUER_MISMATCH`
 * @see https://www.rfc-editor.org/rfc/rfc9207#section-2.4
 */
export function checkIssuer({ issuer, requiresIssuer }: AuthorizationServer, iss: string | null): void {
  if (issuer === null || iss === issuer) return;
  if (iss === null && !requiresIssuer) return;
  throw new IntegrationError(
    'OAUTH_ISSUER_MISMATCH',
    iss === null
      ? 'The authorization response does not say who issued it.'
      : 'The authorization response is of another issuer.',
    { details: { issuer } },
  );
}
