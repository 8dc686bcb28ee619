import type { HttpRequest } from '../../http/messages.js';
import type { Redactor } from '../../redaction/redactor.js';
import type { Call } from '../../requests/call.js';
import { fakedOAuthRequest, fakedRequest, type FakedRequest, type OAuthAsker } from './faked-request.js';

/** A request, and how messages name it. */
export interface RecordedRequest {
  readonly request: FakedRequest;
  /** Method, endpoint and provider, without secrets. */
  readonly label: string;
}

/** Remembers what the fakes of an instance were asked for. */
export interface RequestRecorder {
  /** Keeps an attempt: a new request, or one more attempt of an earlier one. `by`: the fake that answers. */
  note(by: object, call: Call, http: HttpRequest | null): RecordedRequest;
  /** Keeps a request to an authorization server. */
  noteOAuth(by: object, of: OAuthAsker, http: HttpRequest): RecordedRequest;
  /** In the order of their first attempts; of one fake, or of all. */
  all(by?: object): readonly RecordedRequest[];
  /** As if that fake had never been. */
  forget(by: object): void;
}

interface Noted {
  readonly by: object;
  readonly recorded: RecordedRequest;
}

export function createRequestRecorder(redactor: Redactor): RequestRecorder {
  // By id, because a call holds opened credentials, and what is recorded may be kept for long.
  const noted = new Map<unknown, Noted>();

  function keep(key: unknown, by: object, recorded: RecordedRequest): RecordedRequest {
    noted.set(key, { by, recorded });
    return recorded;
  }

  return {
    note(by, call, http) {
      const key = call.id.toHexString();
      const earlier = noted.get(key)?.recorded;
      return keep(key, by, earlier === undefined ? firstAttempt(call, http, redactor) : oneMoreAttempt(earlier));
    },
    noteOAuth(by, of, http) {
      const request = fakedOAuthRequest(of, http);
      const label = `${request.method} ${redactor.url(request.endpoint)} (${of.provider}, OAuth)`;
      return keep(Symbol(label), by, { request, label });
    },
    all: (by) =>
      [...noted.values()].filter((each) => by === undefined || each.by === by).map(({ recorded }) => recorded),
    forget(by) {
      for (const [key, each] of noted) if (each.by === by) noted.delete(key);
    },
  };
}

function firstAttempt(call: Call, http: HttpRequest | null, redactor: Redactor): RecordedRequest {
  const endpoint = redactor.url(call.endpoint, { knownSecrets: call.knownSecrets });
  return { request: fakedRequest(call, http), label: `${call.method} ${endpoint} (${call.provider})` };
}

function oneMoreAttempt({ request, label }: RecordedRequest): RecordedRequest {
  return { request: { ...request, attempts: request.attempts + 1 }, label };
}
