import type { Types } from 'mongoose';
import type { HttpRequest } from '../http/messages.js';
import type { Call } from '../requests/call.js';
import { copyData } from './copy-data.js';

/** A call that a fake answered. */
export interface FakedRequest {
  readonly integrationId: Types.ObjectId;
  /** Registry key of the provider. */
  readonly provider: string;
  /** The label or path given to `at()`, its `{placeholders}` as they were written. */
  readonly endpoint: string;
  readonly method: string;
  /** What `withData()` got, as it was at the first attempt. */
  readonly data: unknown;
  readonly idempotencyKey: string | null;
  /** The URL that would have been asked, placeholders and query filled in; null for a callback. */
  readonly url: string | null;
  /** Headers that would have been sent, names in lower case, without those that `authorize` adds; empty for a callback. */
  readonly headers: Readonly<Record<string, string>>;
  /** Attempts so far, retries included. */
  readonly attempts: number;
}

/** @param http The request as built for a URL call; null for a callback. */
export function fakedRequest(call: Call, http: HttpRequest | null): FakedRequest {
  return {
    integrationId: call.integrationId,
    provider: call.provider,
    endpoint: call.endpoint,
    method: call.method,
    data: copyData(dataOf(call)),
    idempotencyKey: call.idempotencyKey,
    url: http === null ? null : http.url.href,
    headers: { ...http?.headers },
    attempts: 1,
  };
}

/** `integration.http` hands over JSON that axios has encoded already. */
function dataOf({ spec }: Call): unknown {
  const { data, options } = spec;
  const contentType = new Headers(options.headers).get('content-type') ?? '';
  if (typeof data !== 'string' || !/\bjson\b/i.test(contentType)) return data;
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}
