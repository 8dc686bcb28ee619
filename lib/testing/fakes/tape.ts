import type { Call } from '../../requests/call.js';
import type { HttpResponse } from '../../http/messages.js';
import type { Redactor } from '../../redaction/redactor.js';
import type { RecordedAnswer, Recordings } from './recorded-answer.js';

/** Keeps the real answers to what a fake lets through. */
export interface Tape {
  /** An answer to a URL call. A streamed body is the caller's alone: it is not kept. */
  keep(call: Call, response: HttpResponse): void;
  /** What a callback returned. */
  keepReturned(call: Call, returned: unknown): void;
  recordings(): Recordings;
}

/** Of the connection, or no longer true of the body that is kept. */
const transient = /^(?:connection|keep-alive|transfer-encoding|content-encoding|content-length|date|set-cookie)$/;

export function createTape(redactor: Redactor): Tape {
  const tracks = new Map<string, RecordedAnswer[]>();

  function keep(call: Call, answer: RecordedAnswer): void {
    const key = `${call.method}:${redactor.url(call.endpoint, { knownSecrets: call.knownSecrets })}`;
    tracks.set(key, [...(tracks.get(key) ?? []), answer]);
  }

  return {
    keep(call, { statusCode: status, headers, body, rawText }) {
      const { knownSecrets } = call;
      const kept = { status, headers: headersOf(redactor, headers, knownSecrets) };
      if (Buffer.isBuffer(body)) keep(call, { ...kept, body: null, base64: body.toString('base64') });
      else if (rawText !== null) keep(call, { ...kept, body: bodyOf(redactor.json(rawText, { knownSecrets })) });
      else if (body === null) keep(call, { ...kept, body: null });
    },
    keepReturned(call, returned) {
      const body = redactor.value(returned ?? null, { knownSecrets: call.knownSecrets });
      keep(call, { status: 200, headers: {}, body });
    },
    recordings: () => Object.fromEntries([...tracks].map(([key, answers]) => [key, { $recorded: [...answers] }])),
  };
}

function headersOf(redactor: Redactor, headers: HttpResponse['headers'], knownSecrets: readonly string[]) {
  const lasting = Object.entries(headers).filter(([name]) => !transient.test(name));
  const redacted = Object.entries(redactor.headers(Object.fromEntries(lasting)));
  const texts = redacted.map(([name, value]): [string, string] => [
    name,
    redactor.text(String(value), { knownSecrets }),
  ]);
  return Object.fromEntries(texts);
}

/** A JSON text or number stays as it was written: as a value it would be encoded anew, as plain text. */
function bodyOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : text;
  } catch {
    return text;
  }
}
