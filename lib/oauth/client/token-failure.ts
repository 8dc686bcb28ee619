import { IntegrationError, RetryableError } from '../../errors.js';
import { parseRetryAfter } from '../../failures/retry-after.js';
import { REDACTED } from '../../redaction/mark.js';
import type { PlainObject } from '../../types/json.js';
import type { TokenErrorKind } from './client-config.js';
import type { OAuthAnswer } from './oauth-http.js';
import { kindOfTokenError } from './token-error-codes.js';

/** An answer that may be a refusal. */
export interface JudgedAnswer extends OAuthAnswer {
  readonly body: PlainObject | null;
}

/** What a refusal is judged by. */
export interface FailureFacts {
  /** `POST https://…`, without secrets. */
  readonly request: string;
  /** What else the error codes of this server mean. */
  readonly codes: Readonly<Record<string, TokenErrorKind>>;
  /** What was sent, and must not come back in a message. */
  readonly secrets: readonly string[];
}

/** Whether an answer tells of a failure: some do so at HTTP 200 (GitHub, Slack). */
export function isFailure({ status, body }: JudgedAnswer): boolean {
  return status < 200 || status > 299 || body?.ok === false || (errorCode(body) !== null && !isTokenIn(body));
}

function isTokenIn(body: PlainObject | null): boolean {
  return typeof body?.access_token === 'string' && body.access_token !== '';
}

/**
 * The error for an answer that tells of a failure. Its details hold the status, the code and the description that were
 * given: text of somebody else, to be escaped wherever it is shown.
 */
export function tokenFailure(answer: JudgedAnswer, facts: FailureFacts): IntegrationError {
  const { status, body } = answer;
  const error = errorCode(body);
  const details = { status, error, description: description(body, facts.secrets) };
  const message = `${facts.request} answered ${String(status)}${error === null ? '' : ` with the error ${error}`}.`;
  switch (kindOf(answer, error, facts)) {
    case 'temporary':
      return new RetryableError(message, { details, ...waitIn(answer) });
    case 'grant':
      return new IntegrationError('OAUTH_GRANT_INVALID', message, { details });
    case 'client':
      return new IntegrationError('OAUTH_CLIENT_INVALID', message, { details });
    case null:
      return new IntegrationError('OAUTH_EXCHANGE_FAILED', message, { details });
  }
}

function kindOf({ status }: JudgedAnswer, error: string | null, { codes }: FailureFacts): TokenErrorKind | null {
  if (status === 429 || status >= 500) return 'temporary';
  // Without a code of its own, 401 is about the client (RFC 6749, section 5.2).
  return kindOfTokenError(error, codes) ?? (status === 401 ? 'client' : null);
}

function waitIn({ headers }: JudgedAnswer): { readonly retryAfterSeconds?: number } {
  const waitMs = parseRetryAfter(headers['retry-after'] ?? '', Date.now());
  return waitMs === null ? {} : { retryAfterSeconds: Math.ceil(waitMs / 1_000) };
}

/** Only what looks like a code: whatever else is there is nothing to put into a message. */
export function errorCode(body: PlainObject | null): string | null {
  const code = body?.error;
  return typeof code === 'string' && /^[\w.:-]{1,64}$/.test(code) ? code : null;
}

const longestDescription = 300;

function description(body: PlainObject | null, secrets: readonly string[]): string | null {
  const text = body?.error_description;
  if (typeof text !== 'string') return null;
  const known = secrets.filter((secret) => secret.length > 3);
  const redacted = known.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text);
  return redacted.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, longestDescription);
}
