import type { OAuthHttp, OAuthRequest } from './oauth-http.js';

type GivenHeaders = ConstructorParameters<typeof Headers>[0];

/** What openid-client and jose ask of a `fetch`. */
export interface FetchRequest {
  readonly method: string;
  readonly headers?: GivenHeaders;
  readonly body?: unknown;
  readonly signal?: AbortSignal | null | undefined;
}

const statusesWithoutBody: ReadonlySet<number> = new Set([204, 205, 304]);

/** The instance's guarded client as a `fetch`, for what libraries read without secrets: metadata, key sets. */
export function guardedFetch(
  http: OAuthHttp,
  integration: OAuthRequest['integration'],
): (url: string, request: FetchRequest) => Promise<Response> {
  return async (url, { method, headers, signal }) => {
    const sent = { method, url: new URL(url), headers: ownHeaders(headers), body: null, signal: signal ?? undefined };
    const { status, text, headers: answered } = await http.send({ ...sent, integration });
    const type = answered['content-type'];
    const init = { status, headers: type === undefined ? {} : { 'content-type': type } };
    return new Response(statusesWithoutBody.has(status) ? null : text, init);
  };
}

/** The headers that a library set, but for its own User-Agent: the instance has one. */
export function ownHeaders(headers: GivenHeaders): Record<string, string> {
  const own = Object.fromEntries(new Headers(headers));
  delete own['user-agent'];
  return own;
}
