/** What the public entry shows of OAuth clients. */
export type {
  ClientAuthenticationMethod,
  OAuth2ClientConfig,
  OAuth2ClientIdentity,
  PerIntegration,
  TokenErrorKind,
} from './client-config.js';
export { createOAuth2Client } from './create-oauth2-client.js';
export type { AdditionalUrl, TokenResponseMapping } from './token-response-mapping.js';
