/** What a code stands for. */
export interface ErrorEntry {
  /** The HTTP status that the error-handling middleware answers with. */
  readonly status: number;
  /** The short text of its problem document. */
  readonly title: string;
  /** What a person can do about it. */
  readonly remedy: string;
}

/** Every error this package raises, in one table. A code never changes its meaning; texts may be reworded. */
export const errorTable = {
  OPTIONS_INVALID: entry(500, 'Invalid options', 'Correct the option that the message names.'),
  INSTANCE_MISSING: entry(
    500,
    'No integrations instance',
    'Call createIntegrations() before the first request, or pass the instance explicitly.',
  ),
  INSTANCE_AMBIGUOUS: entry(
    500,
    'Several integrations instances',
    'Name the instance: integrationsRouter({ integrations }), loadIntegration(provider, { integrations }).',
  ),
  INSTANCE_STOPPED: entry(
    503,
    'Integrations are stopped',
    'Make calls before stop(); after close() create a new instance.',
  ),
  SERVER_UNSUPPORTED: entry(500, 'Unsupported MongoDB server', 'Use MongoDB 6.0 or newer.'),
  DATABASE_UNAVAILABLE: entry(503, 'Database unavailable', 'Check the MongoDB connection of the application.'),
  MODEL_NAME_TAKEN: entry(500, 'Model name already taken', 'Give createIntegrations() another `prefix`.'),
  PROVIDER_INVALID: entry(500, 'Invalid provider', 'Correct the member of the provider that the message names.'),
  PROVIDER_UNKNOWN: entry(
    404,
    'Unknown provider',
    'Register the provider: createIntegrations({ providers: { name: provider } }).',
  ),
  CAPABILITY_MISSING: entry(
    501,
    'The provider cannot do that',
    'Give the provider the members of the contract that `details.capability` names.',
  ),
  INTEGRATION_NOT_FOUND: entry(
    404,
    'Integration not found',
    'Create the integration first: integrations.create({ provider, name, credentials }).',
  ),
  INTEGRATION_AMBIGUOUS: entry(
    409,
    'Several integrations match',
    'Choose one: loadIntegration(provider, { id }) or { name }.',
  ),
  INTEGRATION_NOT_LOADED: entry(
    500,
    'No integration on this request',
    'Put loadIntegration(provider) before the route handler.',
  ),
  INTEGRATION_INVALID: entry(422, 'Invalid integration', 'Correct the field that the message names.'),
  OWNER_MISSING: entry(
    401,
    'No owner',
    'Authenticate the request before loadIntegration(), or pass `owner: null` for integrations that nobody owns.',
  ),
  RECORD_NOT_STORED: entry(
    503,
    'Record not stored',
    'Check the MongoDB connection of the application; `details.reason` says why it was given up.',
  ),
  RECORD_INVALID: entry(422, 'Invalid record', 'Pass a saved Mongoose document, or { type, id }.'),
  CREDENTIALS_INVALID: entry(422, 'Invalid credentials', "Give credentials that fit the provider's credentialSchema."),
  METADATA_INVALID: entry(422, 'Invalid metadata', "Give metadata that fits the provider's metadataSchema."),
  CREDENTIALS_NOT_SEALED: entry(
    500,
    'Credentials in clear text',
    'Write credentials through integrations.create() and integrations.update() only.',
  ),
  CREDENTIALS_UNDECRYPTABLE: entry(
    500,
    'Credentials cannot be opened',
    'Restore the encryption key they were sealed with, or enter them again with integrations.update().',
  ),
  CREDENTIALS_CONFLICT: entry(
    409,
    'Credentials changed meanwhile',
    'Load the integration again and repeat the change.',
  ),
  ENCRYPTION_KEY_MISSING: entry(
    500,
    'Encryption key missing',
    'Add the key with that id to `encryptionKeys`; keep old keys in the list until rotateKeys() has finished.',
  ),
  OPERATION_INVALID: entry(422, 'Invalid operation', 'Correct the field that the message names.'),
  REQUEST_INVALID: entry(500, 'Invalid request', 'Correct the call that the message names.'),
  HTTP_NOT_CONFIGURED: entry(
    500,
    'Provider has no HTTP settings',
    'Give the provider `http: { baseUrl }`, or pass a callback or an absolute URL.',
  ),
  PATH_VALUE_MISSING: entry(
    422,
    'Path value missing',
    "Put the value into the integration's metadata or into withData().",
  ),
  PATH_VALUE_UNSAFE: entry(
    422,
    'Unsafe path value',
    'Pass a plain path segment: no "..", no control characters, no backslash.',
  ),
  ORIGIN_NOT_ALLOWED: entry(
    500,
    'Origin not allowed',
    "Add the origin to the provider's http.allowedOrigins, or call it through a callback.",
  ),
  PRIVATE_HOST_REFUSED: entry(
    502,
    'Private host refused',
    'Allow the host explicitly: createIntegrations({ http: { allowedPrivateHosts: [host] } }).',
  ),
  REDIRECT_REFUSED: entry(
    502,
    'Redirect refused',
    'Call the final URL directly, or allow its origin in http.allowedOrigins of the provider.',
  ),
  BODY_NOT_REPEATABLE: entry(
    500,
    'Body cannot be sent twice',
    'Send a Buffer or string, or use withAttempts(1) with a stream.',
  ),
  SCHEMA_INVALID: entry(
    500,
    'Invalid JSON Schema',
    'Write JSON Schema draft-07, or 2020-12 where its $schema says so.',
  ),
  RESPONSE_TOO_LARGE: entry(
    502,
    'Response too large',
    "Raise maxResponseBytes, or read it as a stream: withOptions({ responseType: 'stream' }).",
  ),
  RESPONSE_NOT_JSON: entry(502, 'Response is not JSON', "Ask for text: withOptions({ responseType: 'text' })."),
  UPSTREAM_STATUS: entry(502, 'The other API answered with an error', 'See the recorded request for the answer.'),
  CONNECTION_FAILED: entry(502, 'Connection failed', 'Check that the other API is reachable from here.'),
  ATTEMPT_TIMEOUT: entry(504, 'Attempt timed out', 'Raise timeoutMs if the other API may take longer.'),
  DEADLINE_EXCEEDED: entry(
    504,
    'Deadline exceeded',
    'Raise deadlineMs if the whole call, retries included, may take longer.',
  ),
  CALL_ABORTED: entry(503, 'Call aborted', 'The AbortSignal given to the call was aborted; nothing needs to be done.'),
  NON_ERROR_THROWN: entry(
    500,
    'A callback threw something that is no Error',
    'Throw Error objects; the thrown value is the `cause`.',
  ),
  CIRCUIT_OPEN: entry(
    503,
    'Circuit open',
    'Try again after retryAfterSeconds; integrations.circuit.inspect() tells the state, force() sets it.',
  ),
  RATE_LIMIT_EXCEEDED: entry(
    429,
    'Rate limit exceeded',
    'Try again after retryAfterSeconds, or allow a longer wait: maxWaitSeconds.',
  ),
  IDEMPOTENCY_CONFLICT: entry(
    409,
    'Write already made or under way',
    "See `state` and `requestId`; take the kept result with { onRepeat: 'result' }, settle an unknown one by integrations.idempotency.settle().",
  ),
  IDEMPOTENCY_KEY_REUSED: entry(
    422,
    'Idempotency key of another write',
    'Give each write a key of its own; repeat one with the same endpoint, method and data.',
  ),
  IDEMPOTENCY_IN_TRANSACTION: entry(
    500,
    'Keyed write inside a transaction',
    'Make the call before or after the transaction: a rollback would forget the key, not the write.',
  ),
  RETRYABLE: entry(503, 'Temporary failure', 'Try again later.'),
  RETRIES_EXHAUSTED: entry(502, 'Retries exhausted', 'See the `cause` for the last failure.'),
  SCHEMA_DRIFT: entry(
    502,
    'Response does not fit its schema',
    'Compare the payload with the schema; the other API may have changed.',
  ),
  ROUTE_NOT_FOUND: entry(404, 'Not found', 'Check the path.'),
  METHOD_NOT_ALLOWED: entry(405, 'Method not allowed', 'Use one of the methods that the Allow header lists.'),
  FAKE_MISSING: entry(
    500,
    'No fake',
    'Call fake() before the code under test, and name the same instance where several are open.',
  ),
  FAKE_RESPONSE_MISSING: entry(
    500,
    'No fake response',
    'Add a response for it to fake({ … }), or allow any with fake({ … }, { unmatched: null }).',
  ),
} as const;

function entry(status: number, title: string, remedy: string): ErrorEntry {
  return { status, title, remedy };
}
