/** What a route answers, before the headers common to every answer (request id, rate limit) are added. */
export interface Answer {
  /** HTTP status code. */
  readonly status: number;
  /** Header names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A string or a Buffer is sent as it is, anything else as JSON; nothing is sent when left out. */
  readonly body?: unknown;
}

/** A JSON answer. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body };
}
