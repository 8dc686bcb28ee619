import type { Types } from 'mongoose';
import type { HttpRequest } from '../../http/messages.js';
import { isPlainObject } from '../../plain-object.js';
import type { Call } from '../../requests/call.js';
import { copyData } from './copy-data.js';

/** A call that a fake answered, or a request to an authorization server. */
export interface FakedRequest {
  readonly integrationId: Types.ObjectId;
  /** Registry key of the provider. */
  readonly provider: string;
  /**
   * The label or path given to `at()`, its `{placeholders}` as they were written; of an OAuth request its URL without
   * the query.
   */
  readonly endpoint: string;
  readonly method: string;
  /** What `withData()` got, as it was at the first attempt; of an OAuth request at most its `grant_type`. */
  readonly data: unknown;
  readonly idempotencyKey: string | null;
  /** The URL that would have been asked, placeholders and query filled in; null for a callback. */
  readonly url: string | null;
  /**
   * Headers that would have been sent, names in lower case, without those that `authorize` adds; empty for a callback,
   * and for an OAuth request.
   */
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

/** Without what is secret in it, which is nearly all. */
export function fakedOAuthRequest(of: OAuthAsker, { method, url, body }: HttpRequest): FakedRequest {
  const endpoint = `${url.origin}${url.pathname}`;
  return {
    integrationId: of._id,
    provider: of.provider,
    endpoint,
    method,
    data: grantIn(body),
    idempotencyKey: null,
    url: endpoint,
    headers: {},
    attempts: 1,
  };
}

/** Whom the tokens are for. */
export interface OAuthAsker {
  readonly _id: Types.ObjectId;
  readonly provider: string;
}

function grantIn(body: HttpRequest['body']): unknown {
  if (typeof body !== 'string') return undefined;
  const fields = parse(body) ?? Object.fromEntries(new URLSearchParams(body));
  return isPlainObject(fields) && 'grant_type' in fields ? { grant_type: fields.grant_type } : undefined;
}

/** `integration.http` hands over JSON that axios has encoded already. */
function dataOf({ spec }: Call): unknown {
  const { data, options } = spec;
  const contentType = new Headers(options.headers).get('content-type') ?? '';
  if (typeof data !== 'string' || !/\bjson\b/i.test(contentType)) return data;
  return parse(data) ?? data;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
