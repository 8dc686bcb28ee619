import type { HttpRequest } from '../http/messages.js';
import type { Redactor } from '../redaction/redactor.js';
import type { Call } from '../requests/call.js';
import { fakedRequest, type FakedRequest } from './faked-request.js';

/** A request, and how messages name it. */
export interface RecordedRequest {
  readonly request: FakedRequest;
  /** Method, endpoint and provider, without secrets. */
  readonly label: string;
}

/** Remembers what a fake was asked for. */
export interface RequestRecorder {
  /** Keeps an attempt: a new request, or one more attempt of an earlier one. */
  note(call: Call, http: HttpRequest | null): RecordedRequest;
  /** In the order of their first attempts. */
  all(): readonly RecordedRequest[];
}

export function createRequestRecorder(redactor: Redactor): RequestRecorder {
  // By id, because a call holds opened credentials, and what is recorded may be kept for long.
  const recorded = new Map<string, RecordedRequest>();
  return {
    note(call, http) {
      const key = call.id.toHexString();
      const earlier = recorded.get(key);
      const next = earlier === undefined ? firstAttempt(call, http, redactor) : oneMoreAttempt(earlier);
      recorded.set(key, next);
      return next;
    },
    all: () => [...recorded.values()],
  };
}

function firstAttempt(call: Call, http: HttpRequest | null, redactor: Redactor): RecordedRequest {
  const endpoint = redactor.url(call.endpoint, { knownSecrets: call.knownSecrets });
  return { request: fakedRequest(call, http), label: `${call.method} ${endpoint} (${call.provider})` };
}

function oneMoreAttempt({ request, label }: RecordedRequest): RecordedRequest {
  return { request: { ...request, attempts: request.attempts + 1 }, label };
}
