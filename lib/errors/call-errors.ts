import { entry } from './error-entry.js';

/** What can go wrong with a call. */
export const callErrors = {
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
  IDEMPOTENCY_NOT_UNKNOWN: entry(
    409,
    'Write not in an unknown state',
    'See `details.state`: only a write of which nobody knows whether it happened can be settled.',
  ),
  RETRYABLE: entry(503, 'Temporary failure', 'Try again later.'),
  RETRIES_EXHAUSTED: entry(502, 'Retries exhausted', 'See the `cause` for the last failure.'),
  SCHEMA_DRIFT: entry(
    502,
    'Response does not fit its schema',
    'Compare the payload with the schema; the other API may have changed.',
  ),
  REQUEST_NOT_FOUND: entry(
    404,
    'Request not found',
    'Check the id: integrations.requests.list() has them; old requests are pruned.',
  ),
  PAGE_UNREADABLE: entry(
    502,
    'Page cannot be read',
    'Say where the items are, paginate(…, { items }), and check the page by as(schema).',
  ),
  PAGINATION_LOOP: entry(
    502,
    'The next page is one of those before',
    'Check how the other API pages; failedPage(error) tells which page it was.',
  ),
  PAGINATION_TOO_LONG: entry(502, 'Too many pages', 'Raise maxPages, or go on from failedPage(error).position.'),
} as const;
