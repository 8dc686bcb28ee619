const method = { typeof: 'function' };
const text = { type: 'string', minLength: 1 };
const texts = { type: 'array', items: text };

function perIntegration(schema: object, expected: string): object {
  return { anyOf: [schema, method], expected };
}

// A rejected one may hold a password.
const url = { type: 'string', pattern: '^https?://[^\\s/?#@]+(?:[/?][^\\s#]*)?$', writeOnly: true };
const endpoint = perIntegration(url, 'an absolute http(s) URL without user information, or a function');

/** What the client sets itself: an addition would contradict it, or undo the protection it gives. */
export const reservedParameters = {
  authorizationParameters: [
    ...['response_type', 'client_id', 'redirect_uri', 'scope', 'state', 'nonce', 'request', 'request_uri'],
    ...['code_challenge', 'code_challenge_method'],
  ],
  tokenParameters: [
    ...['grant_type', 'code', 'redirect_uri', 'code_verifier', 'refresh_token'],
    ...['client_id', 'client_secret', 'client_assertion', 'client_assertion_type'],
  ],
} as const;

function parameters(reserved: readonly string[]): object {
  const names = { not: { enum: reserved }, expected: `none of ${reserved.join(', ')}` };
  return perIntegration(
    { type: 'object', additionalProperties: { type: 'string' }, propertyNames: names },
    `an object of strings without ${reserved.join(', ')}, or a function`,
  );
}

const additional = {
  anyOf: [text, { type: 'object', required: ['from', 'hosts'], properties: { from: text, hosts: texts } }],
  expected: 'a path, or { from, hosts }',
};

const tokenResponse = {
  type: 'object',
  additionalProperties: false,
  properties: {
    tokensIn: text,
    account: text,
    additional: {
      type: 'object',
      additionalProperties: additional,
      propertyNames: { not: { enum: ['accessToken', 'refreshToken', 'tokenExpiresAt'] } },
    },
    bearerTypes: texts,
    transform: method,
  },
};

/** The JSON Schema of what `createOAuth2Client()` takes: one in JavaScript may say anything. */
export const configSchema = {
  type: 'object',
  additionalProperties: false,
  anyOf: [{ required: ['issuer'] }, { required: ['tokenEndpoint'] }],
  expected: 'an object with `issuer` or `tokenEndpoint`',
  properties: {
    issuer: endpoint,
    discovery: { enum: ['auto', 'oidc', 'oauth2'] },
    authorizationEndpoint: endpoint,
    tokenEndpoint: endpoint,
    revocationEndpoint: endpoint,
    revocationMethod: { enum: ['post', 'delete'] },
    jwksUri: endpoint,
    endpointHosts: { ...texts, minItems: 1 },
    requireIssuerParameter: { type: 'boolean' },
    client: method,
    clientAuthentication: { enum: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'] },
    basicEncoding: { enum: ['form', 'none'] },
    assertionAudience: { enum: ['issuer', 'tokenEndpoint'] },
    grant: { enum: ['authorization_code', 'client_credentials'] },
    scopes: perIntegration(texts, 'a list of scopes, or a function'),
    scopeSeparator: { enum: [' ', ','] },
    authorizationParameters: parameters(reservedParameters.authorizationParameters),
    tokenParameters: parameters(reservedParameters.tokenParameters),
    resource: { anyOf: [text, texts], expected: 'a URI, or a list of them' },
    tokenRequestFormat: { enum: ['form', 'json'] },
    tokenResponse,
    tokenErrors: { type: 'object', additionalProperties: { enum: ['grant', 'client', 'temporary'] } },
    refreshThresholdSeconds: { type: 'number', minimum: 0 },
  },
};
