import type { PlainObject } from '../../types/json.js';

/** A URL that tokens will be sent to. */
export interface AdditionalUrl {
  /** Where it is in the answer: `instance_url`, `site.url`. */
  readonly from: string;
  /** Hosts that it may lead to: `api.example.com`, `*.example.com`, `host:8443`. Only https. */
  readonly hosts: readonly string[];
}

/** Where to find what, in answers of a token endpoint that are not as RFC 6749 has them. Paths have dots: `team.id`. */
export interface TokenResponseMapping {
  /** The object with `access_token` and the like, where an answer has it: `authed_user`. Default: the answer itself. */
  readonly tokensIn?: string;
  /** Id of the account that was connected. Default: `sub` of a verified ID token. */
  readonly account?: string;
  /**
   * What else `getCredentials()` shall give, sealed like the tokens: by its name there. What an answer does not have
   * stays as it was. A URL whose host is not allowed fails the connection; when tokens are refreshed, the old one
   * stays.
   */
  readonly additional?: Readonly<Record<string, string | AdditionalUrl>>;
  /** Values of `token_type` that mean a bearer token, beside `bearer`; an absent one does. */
  readonly bearerTypes?: readonly string[];
  /** For all other cases: makes an answer as RFC 6749 has it; called with every one, errors included. */
  transform?(answer: PlainObject): PlainObject;
}
